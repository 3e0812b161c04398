import EnergyDriver
import EnergyREPL
import Synchronization
import Testing

@Suite struct ConversationTests {
  // MARK: Values

  @Test func answers() {
    let play = Play()
    #expect(play.type("2 + 3") == ["5"])
    #expect(play.type("ans*2") == ["10"])
    // A definition keeps the value that it was given.
    play.type("let a = ans")
    #expect(play.type("[1, 2]", "ans + a") == ["[1, 2]", "[11, 12]"])
    #expect(play.type("a") == ["10"])
    // A name of the user's counts first.
    play.type("let ans = 7")
    #expect(play.type("1", "ans") == ["1", "7"])
  }

  @Test func silence() {
    let play = Play()
    #expect(play.type("2 + 3;") == [])
    #expect(play.type("ans") == ["5"])
    #expect(play.type("1; 2") == ["1", "2"])
    // In a pipe, as in a file, it only separates.
    #expect(Play(isTyped: false).type("2 + 3;") == ["5"])
  }

  @Test func freeNames() {
    let play = Play()
    #expect(
      play.type("a*sumsq(x)") == [
        "! energy(x : vector[d]); x is the sample; parameters in use: a : real", "a*sumsq(x)",
      ])
    #expect(play.type("a + 1").first == "! error[E-unknown]: there is nothing named 'a'")
  }

  @Test func signatures() {
    let play = Play()
    #expect(play.type("energy f(x) = sumsq(x - [1, 2])") == ["! f(x : vector[2])"])
    #expect(play.type("energy g(x : vector[2]) = f(x)") == [])
    #expect(play.type("f") == ["sumsq(x - [1, 2])", "! f(x : vector[2])"])
    #expect(play.type("score(f)") == ["-2*(x - [1, 2])", "! score(f)(x : vector[2]) : vector[2]"])
    #expect(Play(isTyped: false).type("energy f(x : real) = x^2", "f") == ["x^2"])
  }

  @Test func errorsEndNothing() {
    let play = Play()
    play.type("let a = 1")
    #expect(play.type("a + ").isEmpty)
    #expect(play.type("").first == "! error[E-syntax]: expected an expression, found the end")
    #expect(play.type("v[", ")").first?.hasPrefix("! error[E-bracket]") ?? false)
    #expect(play.type("inv([[1, 2], [2, 4]])").first?.hasPrefix("! error[E-singular]") ?? false)
    #expect(play.type("a") == ["1"])
    #expect(play.conversation.hasFailed)
  }

  @Test func oneErrorEndsAPaste() {
    let play = Play()
    #expect(
      play.type("let a = 1\nlet b = nothing\nlet c = 2").first == "! error[E-unknown]: there is nothing named 'nothing'"
    )
    #expect(play.conversation.program.names == ["a"])
  }

  @Test func places() {
    let play = Play()
    play.type("let v = [1, 2]", "", "let w = [1, 2, 3]")
    let lines = play.type("v + w")
    #expect(lines.contains("!   <prompt>:4:1") || lines.contains("!   <prompt>:4:5"), "\(lines)")
    #expect(lines.contains { $0.contains("<prompt>:1:") }, "\(lines)")
  }

  @Test func interruption() {
    let isCancelled = Atomic(true)
    var options = SessionOptions()
    options.isCancelled = { isCancelled.load(ordering: .relaxed) }
    let play = Play(options: options)
    #expect(play.type("sum(i in 1..1000000000: sin(i))") == ["! interrupted"])
    isCancelled.store(false, ordering: .relaxed)
    #expect(play.type("[i for i in 1..3]") == ["[1, 2, 3]"])
  }

  // MARK: Redefinition

  @Test func redefinition() {
    let play = Play()
    play.type("param mu = [0, 1]", "energy f(x : vector[2]) = sumsq(x - mu)", "let b = f([1, 1])")
    #expect(play.type("b") == ["1"])
    #expect(play.type("param mu = [1, 1]") == ["! mu is redefined; f and b use it"])
    #expect(play.type("b") == ["0"])
    // The same again is no change.
    #expect(play.type("param mu = [1, 1]") == [])
    #expect(play.type("let mu = 3").first == "! mu is now let int, was param vector[2]; f and b use it")
  }

  @Test func whatNoLongerChecks() {
    let play = Play()
    play.type("param mu = [0, 1]", "energy f(x : vector[2]) = sumsq(x - mu)", "fn g(t) = t + 1")
    let lines = play.type("param mu = [0, 1, 2]")
    #expect(lines[0] == "! mu is now vector[3], was vector[2]; f uses it")
    #expect(lines[1].hasPrefix("! warning[E-shape]: f no longer checks: these sizes differ"))
    #expect(lines.last == "!   = :undo takes the change back")
    // What uses it says why it can't, and nothing else does.
    #expect(play.type("f([1, 2])").first?.hasPrefix("! error[E-shape]: these sizes differ") ?? false)
    #expect(play.type("energy h(x : vector[2]) = 2*f(x)").first?.hasPrefix("! error[E-shape]") ?? false)
    #expect(play.type("g(1)") == ["2"])
    #expect(play.type("let c = 5", "c") == ["5"])
    #expect(play.type("param mu = [3, 4]") == ["! mu is now vector[2], was vector[3]; f uses it", "! f checks again"])
    #expect(play.type("f([3, 4])") == ["0"])
  }

  @Test func aDefinitionInErrorChangesNothing() {
    let play = Play()
    play.type("let a = 1")
    #expect(play.type("let a = nothing").first == "! error[E-unknown]: there is nothing named 'nothing'")
    #expect(play.type("a") == ["1"])
  }

  @Test func partsOfLists() {
    let play = Play()
    play.type("dim n = 2, m = 3", "dim n = 4")
    #expect(play.type("[n, m]") == ["[4, 3]"])
    play.type("import rosenbrock, double_well from std", "let rosenbrock = 1")
    #expect(play.type("rosenbrock") == ["1"])
    #expect(play.conversation.program.energy("double_well") != nil)
  }

  @Test func undoing() {
    let play = Play()
    play.type("let a = 1", "let a = 2", "let b = a")
    #expect(play.type(":undo") == ["! taken back: let b = a"])
    #expect(play.type(":undo", "a") == ["! taken back: let a = 2", "1"])
    #expect(play.type(":undo", ":undo") == ["! taken back: let a = 1", "! there is nothing to take back"])
    play.type("let c = 1", ":clear")
    #expect(play.type("c").first == "! error[E-unknown]: there is nothing named 'c'")
    #expect(play.type(":undo", "c") == ["! taken back: :clear", "1"])
  }

  @Test func hiding() {
    let play = Play()
    let lines = play.type("param step = 0.1")
    #expect(lines.first == "! note: 'step' now hides the built-in step(x), until you leave or rename it")
    #expect(play.type("step(1)").first?.hasPrefix("! error") ?? false)
  }
}
