import EnergyDriver
import EnergyREPL
import Foundation
import Testing

@Suite struct CommandTests {
  private func gaussian() -> Play {
    let play = Play()
    play.type(
      "param mu : vector[2] = [0, 1]", "param P : symmetric[2]", "energy f(x : vector[2]) = 0.5*(x - mu)^T P (x - mu)")
    return play
  }

  @Test func types() {
    let play = gaussian()
    #expect(play.type(":type mu") == ["mu : vector[2]"])
    #expect(play.type(":ty f") == ["f : energy of x : vector[2]"])
    #expect(play.type(":type hessian(f)") == ["hessian(f) : function of x : vector[2], gives symmetric[2]"])
    #expect(play.type(":type let a = 1").first == "! error[E-command]: one expression is wanted here")
  }

  @Test func settings() {
    let play = gaussian()
    let lines = play.type("f([1, 1])")
    #expect(lines.contains("!   = :set P=eye(2)"), "\(lines)")
    #expect(play.type(":set P=eye(2)", "f([1, 1])") == ["0.5"])
    #expect(play.type(":set P=[1, 2]").first?.hasPrefix("! error[E-shape]") ?? false)
    #expect(play.type(":set Q=1").first == "! error[E-option]: there is no parameter 'Q'")
    #expect(play.type(":set μ=[1, 1]", "f([1, 1])") == ["0"])
    let row = play.type(":params")[0].split(separator: " ").joined(separator: " ")
    #expect(row == "param mu vector[2] = [1, 1] (:set mu)")
    // A new definition's value counts.
    play.type("param mu : vector[2] = [1, 3]")
    #expect(play.type("f([1, 1])") == ["2"])
    #expect(play.type(":set P=", "f([1, 1])").first?.hasPrefix("! error[E-unbound]") ?? false)
    play.type("dim n = 2")
    #expect(play.type(":set n=5", "n") == ["5"])
    #expect(play.type(":set n=0").first?.hasPrefix("! error[E-size]") ?? false)
    #expect(play.type(":set n").first == "! error[E-command]: :set wants NAME=VALUE")
  }

  @Test func lists() {
    let play = gaussian()
    play.type("let a = sum(mu)", "fn g(t) = t")
    let rows = play.type(":vars").map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
    #expect(rows == ["param mu", "param P", "energy f", "let a", "fn g"])
    #expect(play.type(":params").last?.hasSuffix("no value") ?? false)
    #expect(Play().type(":vars", ":params", ":set").allSatisfy { $0.hasPrefix("! no") })
  }

  @Test func help() {
    let play = gaussian()
    let lines = play.type("?f")
    #expect(lines[0] == "f(x : vector[2]) (energy)")
    #expect(lines.contains { $0.contains("score") && $0.contains("-P (x - mu)") })
    #expect(lines.contains { $0.contains("example") && $0.contains("f(ones(2))") })
    #expect(play.type("?mu").first == "mu : vector[2] (param)")
    #expect(play.type("??mu") == ["param mu : vector[2] = [0, 1]", "# <prompt>:1"])
    #expect(play.type("?sqrt").contains { $0.contains("0.5/sqrt(x)") })
    #expect(play.type("?rosenbrock").contains { $0.contains("reference") })
    #expect(play.type("??rosenbrock").first?.hasPrefix("energy rosenbrock") ?? false)
    #expect(play.type("?E-shape").first == "E-shape")
    #expect(play.type(":help").contains { $0.hasPrefix(":undo") })
    #expect(play.type("?sqr").first?.hasPrefix("! error[E-unknown]: nothing is called 'sqr'; did you mean") ?? false)
  }

  @Test func unknownCommands() {
    let play = Play()
    #expect(play.type(":tpye 1").first == "! error[E-command]: there is no command ':tpye'; did you mean ':type'?")
    #expect(play.type(":s").first == "! error[E-command]: ':s' may be :save, :set, :steps")
    #expect(play.type(":load").first == "! error[E-command]: :load wants something behind it")
    #expect(play.type("quit") == ["! to leave: :quit or Ctrl-D"])
    #expect(!play.isOver)
    play.type(":q")
    #expect(play.isOver)
  }

  @Test func derivations() {
    let play = gaussian()
    #expect(play.type(":steps f").first == "-P (x - mu)")
    play.type("energy s(x : real) = log(1 + exp(x))")
    #expect(play.type(":steps s").count > 1)
    #expect(play.type(":steps mu").first?.hasPrefix("! error[E-type]") ?? false)
    #expect(play.type(":check s").first?.hasPrefix("s(x : real)") ?? false)
    #expect(play.type(":time 1 + 1").first == "2")
    #expect(play.lines.last?.hasSuffix(" ms") ?? false)
    #expect(play.type(":emit latex s").contains { $0.contains("\\log") || $0.contains("softplus") })
  }

  // MARK: Files

  @Test func loading() throws {
    try withFolder { folder in
      let path = folder + "/model.energy"
      try write("data X = load(\"x.csv\")\nlet m = mean(X)\nm\n", to: path)
      try write("1\n3\n", to: folder + "/x.csv")
      let play = Play()
      #expect(play.type(":load \(path)") == ["2"])
      // What has been read stays what it is, until it is read again.
      try write("1\n5\n", to: folder + "/x.csv")
      #expect(play.type("m") == ["2"])
      #expect(play.type(":reload") == ["3"])
      try write("let m = \n", to: path)
      #expect(play.type(":reload").last == "! nothing of \(path) was taken up; mend it and :reload")
      #expect(play.type("m") == ["3"])
      try write("let m = 7\n", to: path)
      #expect(play.type(":reload", "m").last == "7")
      #expect(play.type(":undo", "m").last == "3")
      #expect(play.type(":load \(folder)/nothing.energy").first?.hasPrefix("! error[E-file]") ?? false)
    }
  }

  @Test func saving() throws {
    try withFolder { folder in
      let play = Play()
      play.type(
        "dim n = 2, m = 3", "let a = 1", "let b = a + n", "dim n = 4", "let a = m", "import double_well from std")
      let path = folder + "/saved.energy"
      #expect(play.type(":save \(path)") == ["! wrote \(path): 5 definitions"])
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text == "dim m = 3\ndim n = 4\nlet a = m\nlet b = a + n\nimport double_well from std\n")
      let other = Play()
      other.type(":load \(path)")
      #expect(other.type("b") == ["7"])
    }
  }

  @Test func savingElsewhere() throws {
    try withFolder { folder in
      try write("data X = load(\"x.csv\")\n", to: folder + "/model.energy")
      try write("1\n3\n", to: folder + "/x.csv")
      let play = Play()
      play.type(":load \(folder)/model.energy")
      let refused = play.type(":save /tmp/nowhere/model.energy")
      #expect(refused.first == "! error[E-option]: 'X' reads a file relative to \(folder)")
    }
  }

  /// The value of a `let` is computed once, whatever is typed after it.
  @Test func rememberedValues() {
    let play = Play()
    play.type("let a = sum(i in 1..40000000: sin(i))")
    let clock = ContinuousClock()
    let first = clock.measure { play.type("a") }
    play.type("dim n = 3", "let b = 1")
    let second = clock.measure { play.type("a") }
    #expect(second * 3 < first, "\(first) then \(second)")
    #expect(play.type("let a = 2", "a") == ["! a is now int, was real", "2"])
  }
}
