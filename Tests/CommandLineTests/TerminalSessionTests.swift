import Foundation
import Testing

/// Sessions of people at a terminal, played by Tests/Terminal/drive.py on a pseudo-terminal.
@Suite struct TerminalSessionTests {
  /// Python's interpreter, where there is one.
  static let python = ["/usr/bin/python3", "/usr/local/bin/python3", "/bin/python3"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Plays a script of drive.py; returns what went wrong.
  static func play(_ script: String, _ arguments: [String] = ["repl"], in folder: URL, terminal: String) throws
    -> String
  {
    guard let python else { return "" }
    let file = folder.appendingPathComponent("script-\(UUID().uuidString).txt")
    try script.write(to: file, atomically: false, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments =
      [root.appendingPathComponent("Tests/Terminal/drive.py").path, file.path, Program.url.path] + arguments
    process.currentDirectoryURL = folder
    process.environment = [
      "HOME": folder.path, "XDG_STATE_HOME": folder.path + "/state", "XDG_CONFIG_HOME": folder.path + "/config",
      "INPUTRC": "/dev/null", "TERM": terminal, "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin",
      "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
    ]
    // A file instead of a pipe: nothing can block.
    let said = folder.appendingPathComponent("said-\(UUID().uuidString).txt")
    try Data().write(to: said)
    let output = try FileHandle(forWritingTo: said)
    process.standardOutput = output
    process.standardError = output
    try process.run()
    process.waitUntilExit()
    let text = try Data(contentsOf: said)
    return process.terminationStatus == 0 ? "" : String(decoding: text, as: UTF8.self)
  }

  private static let reason: Comment = "python3 isn't installed here: it drives the pseudo-terminal"

  /// Everything that a person may do, one thing after the other; how formulas and axes look depends on the terminal.
  private static func walk(formula: String, tick: String) -> String {
    #"""
    = energy> 
    # completion: a letter, a name, an argument, a file, a choice
    > param \\mu\t : vector[2] = [0, 1]
    = μ
    = energy> 
    # brackets go on in the next line
    > param P : symmetric[2] = [[2, 0.5],
    =    ...> 
    > [0.5, 1]]
    = energy> 
    # a bare expression, in colour and in Unicode
    > 0.5*(x - mu)^T P (x - mu)
    = x is the sample; parameters in use: mu : vector[2], P : symmetric[2]
    = FORMULA
    = energy> 
    # a block ends at an empty line
    > energy gaussian(x) = 0.5*r^T P r where
    =    ...> 
    >   r = x - mu
    =    ...> 
    > 
    = gaussian(x : vector[2])
    = energy> 
    ~ gau\t
    = gaussian(
    > [0.5, 0.5])
    = 0.25
    = energy> 
    ~ gaussian(x =\x15
    ~ data X = load("examples/data/pla\t
    = plane.csv"
    ~ )\r
    = energy> 
    ~ :s\t
    = :save
    = :steps
    ~ \x15
    # results: the answer, silence, a long one, its shape
    > ans + 1
    = 1.25
    > 7;
    = energy> 
    > ans
    = 7
    > [i + j for i in 1..20, j in 1..30]
    = 20 × 30: min 
    = energy> 
    # an error ends nothing
    > 1/2 x^T x
    = E-slash
    = two ways
    = energy> 
    # redefinition, and what follows from it
    > param mu = [1, 2, 3]
    = mu is now vector[3], was vector[2]; gaussian uses it
    = gaussian no longer checks
    > :undo
    = taken back
    > gaussian([0.5, 0.5])
    = 0.25
    = energy> 
    # a long evaluation is left
    > sum(i in 1..100000000000: sin(i))
    pause 0.7
    ~ \x03
    = interrupted
    = energy> 
    # a line is left, and so is an input that waits
    ~ never typed\x03
    = energy> 
    > [1,
    =    ...> 
    ~ \x03
    = energy> 
    # a paste
    ~ \x1b[200~energy> let p = 3\nenergy> p + 1\n4\x1b[201~\r
    = 4
    = energy> 
    # help
    > ?gaussian
    = gaussian(x : vector[2])
    = score
    > :type score(gaussian)
    = vector[2]
    > :vars
    = gaussian
    > ??gaussian
    = energy gaussian(x) = 0.5*r^T P r where
    > :help
    = :quit
    > :steps gaussian
    = differentiation
    = energy> 
    > :time gaussian([0.5, 0.5])
    = 0.25
    = ms
    > :set mu=[0, 2]
    = energy> 
    > :params
    = mu
    = [0, 2]
    > :set mu=
    = energy> 
    > :check gaussian
    = energy range
    = ok
    > :emit latex gaussian
    = \\begin{align*}
    = energy> 
    # a picture of characters
    > :plot gaussian over [-2, 2] x [-1, 3]
    = energy gaussian
    = x[2]
    = TICK
    = x[1]
    = energy> 
    # another width, then the arrow up
    resize 60 20
    > 11*11
    = 121
    ~ \x1b[A\r
    = 121
    > :save model.energy
    = wrote model.energy
    = energy> 
    > :clear
    = energy> 
    > gaussian([0.5, 0.5])
    = E-unknown
    > :load model.energy
    = energy> 
    > gaussian([0.5, 0.5])
    = 0.25
    > :reload
    = gaussian(x : vector[2])
    = energy> 
    ~ \x04
    end 0
    """#
    .replacingOccurrences(of: "FORMULA", with: formula).replacingOccurrences(of: "TICK", with: tick)
  }

  /// A whole session, and the next one.
  @Test(.enabled(if: TerminalSessionTests.python != nil, TerminalSessionTests.reason)) func everything() throws {
    try withFolder { folder in
      let problem = try Self.play(
        Self.walk(formula: "(x - μ)ᵀ P (x - μ)", tick: "┤"), in: folder, terminal: "xterm-256color")
      #expect(problem.isEmpty, "\(problem)")
      let saved = try String(contentsOf: folder.appendingPathComponent("model.energy"), encoding: .utf8)
      #expect(saved.contains("energy gaussian(x) = 0.5*r^T P r where"))
      // The next session has the history of the first, and the rc file.
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("config/energy"), withIntermediateDirectories: true)
      try "let mine = 42\n".write(
        to: folder.appendingPathComponent("config/energy/rc.energy"), atomically: false, encoding: .utf8)
      let next = try Self.play(
        #"""
        = energy> 
        ~ \x1b[A\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A\x1b[A
        = 11*11
        ~ \x15
        > mine
        = 42
        > gaussian([0.5, 0.5])
        = 0.25
        > :quit
        end 0
        """#, ["repl", "model.energy"], in: folder, terminal: "xterm-256color")
      #expect(next.isEmpty, "\(next)")
    }
  }

  /// A terminal that knows nothing gets no escape codes, and ASCII as it was typed.
  @Test(.enabled(if: TerminalSessionTests.python != nil, TerminalSessionTests.reason)) func dumb() throws {
    try withFolder { folder in
      let walk = try Self.play(
        Self.walk(formula: "(x - mu)^T P (x - mu)", tick: "+"), in: folder, terminal: "dumb")
      #expect(walk.isEmpty, "\(walk)")
      try FileManager.default.removeItem(at: folder.appendingPathComponent("state"))
      let problem = try Self.play(
        #"""
        = energy> 
        > param mu : vector[2] = [0, 1]
        = energy> 
        > param P : symmetric[2] = [[2, 0.5], [0.5, 1]]
        = energy> 
        > 0.5*(x - mu)^T P (x - mu)
        = parameters in use: mu : vector[2], P : symmetric[2]\r\n0.5*(x - mu)^T P (x - mu)\r\n
        = energy> 
        ~ logsume\t
        = logsumexp(
        > [0, 0])
        = 0.693147
        > sum(
        =    ...> 
        ~ \x03
        = energy> 
        > nothing
        = error[E-unknown]
        > sum(i in 1..100000000000: sin(i))
        pause 0.5
        ~ \x03
        = interrupted
        = energy> 
        ~ \x04
        end 0
        """#, [], in: folder, terminal: "dumb")
      #expect(problem.isEmpty, "\(problem)")
      let silent = try Self.play(
        "= energy> \n> 1/2 x\n= E-slash\n! \\x1b[\n> sumsq(x)\n= is the sample\\r\\nsumsq(x)\n! \\x1b[\n= energy> \n~ \\x04\nend 0",
        in: folder,
        terminal: "dumb")
      #expect(silent.isEmpty, "\(silent)")
    }
  }
}
