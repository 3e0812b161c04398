@testable import EnergyREPL
import Testing

@Suite struct CompletionTests {
  private static func play() -> Play {
    let play = Play()
    play.type("param mass = 1", "energy gaussian(x : vector[2]; mu : vector[2]) = sumsq(x - mu)", "let answer_one = 1")
    return play
  }

  /// What the line becomes where one candidate is left, else the candidates.
  @Test(arguments: [
    ("mas", ["mass"]), ("gaus", ["gaussian("]), ("logsum", ["logsumexp("]), ("energy> ", []), ("\\mu", ["μ"]),
    ("\\sig", ["σ"]), ("\\al", ["α"]), ("\\ep", ["ε"]), ("\\the", ["θ"]),
    ("gaussian([1, 2], m", ["mass", "max(", "mean(", "min(", "mish(", "mod(", "mu = "]),
    ("sum(mass, ax", ["axis = "]), ("score(ga", ["gaussian"]),
    ("score(gaussian(", ["answer_one", "gaussian", "mass", "mu = ", "x = "]),
    (":he", [":help"]), (":s", [":save", ":set", ":steps"]), ("?logsum", ["logsumexp"]),
    ("import rosen", ["rosenbrock"]),
    ("import rosenbrock from s", ["std"]), (":set gaussian.", ["gaussian.mu="]), ("para", ["param "]), ("1 + para", []),
    ("∇gaus", ["gaussian("]), (":emit la", ["latex"]),
  ])
  func candidates(_ line: String, _ expected: [String]) {
    let completion = Self.play().conversation.completion(of: line)
    if line == "energy> " { return #expect(!completion.candidates.isEmpty) }
    #expect(completion.candidates == expected)
  }

  @Test func files() throws {
    try withFolder { folder in
      try write("", to: folder + "/data.csv")
      try write("", to: folder + "/.hidden.csv")
      let conversation = Play().conversation
      let line = "data X = load(\"\(folder)/d"
      let completion = try #require(conversation?.completion(of: line))
      #expect(completion.candidates == ["\(folder)/data.csv\""])
      #expect(completion.start == "data X = load(\"".utf8.count)
      #expect(conversation?.completion(of: ":load \(folder)/").candidates == ["\(folder)/data.csv"])
      #expect(conversation?.completion(of: "# \"\(folder)/d").candidates == [])
    }
  }

  /// Within brackets over several lines the call that is open counts.
  @Test func laterLines() {
    let completion = Self.play().conversation.completion(of: "  m", after: "gaussian([1, 2],")
    #expect(completion.candidates.contains("mu = "))
  }

  @Test func commonBeginning() {
    #expect(Completion(start: 0, candidates: ["save", "set", "steps"]).common == "s")
    #expect(Completion(start: 0, candidates: ["μ"]).common == "μ")
    #expect(Completion(start: 0, candidates: []).common == "")
  }
}
