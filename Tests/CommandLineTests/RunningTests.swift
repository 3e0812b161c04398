import Foundation
import Testing

/// What happens while the program runs: progress, interruption, files that change, kills.
@Suite struct RunningTests {
  /// An energy that takes minutes: 100,000 terms for each of 20,000 rows.
  private static let slow = ["eval", "-e", "sum(i in 1..100000: sin(i*x))", "--input", "x.csv", "--threads", "2"]

  private func writeRows(_ count: Int, to folder: URL) throws {
    let text = (0..<count).map { "\(Double($0) / 1000)" }.joined(separator: "\n") + "\n"
    try text.write(to: folder.appendingPathComponent("x.csv"), atomically: false, encoding: .utf8)
  }

  private func files(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func progressIsShownAndAnInterruptLeavesNothing() throws {
    try withFolder { folder in
      try writeRows(20_000, to: folder)
      let before = try files(in: folder)
      let program = try RunningProgram(
        Self.slow + ["--energy-out", "e.npy", "--progress", "always"], in: folder)
      #expect(program.wait { $0.errors.contains("left") }, "\(program.errors)")
      program.send(SIGINT)
      #expect(program.status() == 130)
      let line = #/evaluating  \d+%  \[#* *\]  [\d,]+ of 20,000 rows, [\d,]+ rows/s, .+ left/#
      #expect(program.errors.contains(line), "\(program.errors)")
      #expect(program.errors.hasSuffix("error[E-interrupted]: interrupted; nothing was written\n"))
      #expect(try files(in: folder) == before)
    }
  }

  @Test func plotsShowProgressAndCanBeInterrupted() throws {
    try withFolder { folder in
      let before = try files(in: folder)
      let slow = [
        "plot", "-e", "sum(i in 1..100000: sin(i*x[1])*x[2])", "--over", "[-3, 3] x [-3, 3]", "--threads", "2",
      ]
      let program = try RunningProgram(slow + ["--data-out", "plot.csv", "--progress", "always"], in: folder)
      #expect(program.wait { $0.errors.contains("left") }, "\(program.errors)")
      program.send(SIGINT)
      #expect(program.status() == 130)
      #expect(program.errors.hasSuffix("error[E-interrupted]: interrupted; nothing was written\n"))
      #expect(try files(in: folder) == before)
    }
  }

  @Test func progressIsForTerminals() throws {
    try withFolder { folder in
      try writeRows(512, to: folder)
      let arguments = ["eval", "-e", "sum(i in 1..5000: sin(i*x))", "--input", "x.csv"]
      for mode in ["auto", "never"] {
        let outcome = try Program.run(arguments + ["--progress", mode], in: folder)
        #expect(!outcome.errors.contains("rows/s"), "\(outcome.errors)")
      }
    }
  }

  @Test func watchRunsAgain() throws {
    try withFolder { folder in
      func write(_ text: String, _ name: String) throws {
        try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
      }
      try write("import shift from \"shift.energy\"\nparam A = load(\"a.csv\")\nprint shift(A[1, 1])\n", "model.energy")
      try write("energy shift(t : real) = t + 100\n", "shift.energy")
      try write("1\n2\n", "a.csv")
      let program = try RunningProgram(["run", "model.energy", "--watch"], in: folder)
      func waits(for number: Int, _ text: String) -> Bool {
        program.wait { program in
          let runs = program.errors.components(separatedBy: "watching model.energy and 2 other files\n").count - 1
          return runs == number && (program.output + program.errors).contains(text)
        }
      }
      #expect(waits(for: 1, "101"), "\(program.output) \(program.errors)")
      try write("2\n2\n", "a.csv")
      #expect(waits(for: 2, "102"))
      try write("energy shift(t : real) = t + 200\n", "shift.energy")
      #expect(waits(for: 3, "202"))
      // An error is said, and mended by the next change.
      try write("energy shift(t : real) = t + \n", "shift.energy")
      #expect(waits(for: 4, "error[E-"))
      try write("energy shift(t : real) = t + 300\n", "shift.energy")
      #expect(waits(for: 5, "302"))
      program.send(SIGINT)
      #expect(program.status() == 130)
      #expect(program.output == "101\n102\n202\n302\n")
    }
  }

  /// Kills of each command: 50, or as many as the environment says.
  private static let kills = ProcessInfo.processInfo.environment["ENERGY_KILLS"].flatMap { Int($0) } ?? 50

  /// Kills at random moments, one in each part of the run: what stands under the name is the old file or the new one.
  @Test(arguments: ["save", "eval"]) func killsLeaveWholeFiles(_ command: String) throws {
    try withFolder { folder in
      let target = folder.appendingPathComponent("out.npy")
      try "save zeros(200, 200) + 1 to \"out.npy\"\n"
        .write(to: folder.appendingPathComponent("model.energy"), atomically: false, encoding: .utf8)
      try writeRows(20_000, to: folder)
      let arguments =
        command == "save"
        ? ["run", "model.energy"] : ["eval", "-e", "x^2", "--input", "x.csv", "--energy-out", "out.npy"]
      let clock = ContinuousClock()
      let start = clock.now
      let first = try RunningProgram(arguments, in: folder)
      #expect(first.status() == 0, "\(first.errors)")
      let whole = start.duration(to: clock.now) / .seconds(1)
      let new = try Data(contentsOf: target)
      let old = Data("the old file".utf8)
      var killed = 0
      let count = Self.kills
      for number in 0..<count {
        try old.write(to: target)
        let program = try RunningProgram(arguments, in: folder)
        usleep(UInt32(1e6 * whole * 1.1 * (Double(number) + .random(in: 0..<1)) / Double(count)))
        program.send(SIGKILL)
        if program.status() == -SIGKILL { killed += 1 }
        let found = try Data(contentsOf: target)
        #expect(found == old || found == new, "after kill \(number): \(found.count) bytes")
      }
      #expect(killed > 0)
    }
  }

  /// A file with a hash-bang line is a program.
  @Test func aFileCanBeExecuted() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("model")
      try "#!/usr/bin/env -S energy run\nparam a = 20\nprint a + 1\n"
        .write(to: file, atomically: false, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      let path = Program.url.deletingLastPathComponent().path + ":/usr/bin:/bin"
      let program = try RunningProgram(["--set", "a=41"], in: folder, url: file, environment: ["PATH": path])
      #expect(program.status() == 0, "\(program.errors)")
      #expect(program.output == "42\n")
      // The formatter leaves the line where it is.
      let formatted = try Program.run(["fmt", "--check", "model"], in: folder)
      #expect(formatted.status == 0, "\(formatted.output)")
    }
  }
}

@Suite struct BenchTests {
  private struct Report: Decodable {
    struct Machine: Decodable {
      let bytes_per_second: Double
      let operations_per_second: Double
    }
    struct Result: Decodable {
      let name: String
      let seconds: Double
      let bytes_per_row: Int
      let operations_per_row: Int
      let limit_seconds: Double
      let limit: String
      let ratio: Double
    }
    let rows: Int
    let machine: Machine
    let results: [Result]
  }

  @Test func limitsAreThoseOfTheMachine() throws {
    let outcome = try withFolder {
      try Program.run(["bench", "-e", "sumsq(x)", "--dim", "d=4", "--samples", "20000", "--json"], in: $0)
    }
    #expect(outcome.status == 0, "\(outcome.output)")
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.rows == 20_000)
    #expect(report.results.map(\.name) == ["energy", "score", "energy + score"])
    // Samples in, results out, in double precision.
    #expect(report.results.map(\.bytes_per_row) == [40, 64, 72])
    #expect(report.machine.bytes_per_second > 1e8 && report.machine.operations_per_second > 1e8)
    for result in report.results {
      let memory = Double(result.bytes_per_row * report.rows) / report.machine.bytes_per_second
      let arithmetic = Double(result.operations_per_row * report.rows) / report.machine.operations_per_second
      #expect(abs(result.limit_seconds / max(memory, arithmetic) - 1) < 1e-9)
      #expect(result.limit == (memory >= arithmetic ? "memory" : "arithmetic"))
      #expect(abs(result.ratio - result.seconds / result.limit_seconds) < 1e-9 * result.ratio)
      #expect(result.operations_per_row > 0 && result.seconds > 0)
    }
  }

  @Test func theTableNamesItsUnits() throws {
    let outcome = try withFolder {
      try Program.run(["bench", "-e", "0.5*sumsq(x)", "--samples", "2000", "--dtype", "f32", "--threads", "1"], in: $0)
    }
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines[0].hasPrefix("energy(x : vector[2])    2000 rows, f32, 1 thread, "))
    #expect(lines[1].split(separator: " ").prefix(3) == ["ns/row", "limit", "time/limit"])
    #expect(lines.last?.hasPrefix("  this machine: a copy ") ?? false)
    #expect(outcome.errors.contains("note: d isn't fixed; timed with d = 2, choose with --dim d=…"))
  }
}
