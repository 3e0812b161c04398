import Foundation

/// The repository.
let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Whether expected outputs are written anew instead of compared.
let isRecording = ProcessInfo.processInfo.environment["ENERGY_RECORD"] == "1"

/// What a run of the program left behind.
struct Outcome: Equatable {
  var output: String
  var errors: String
  var status: Int32
}

/// The program as it was built beside the tests.
enum Program {
  static let url: URL = {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let beside = tests.deletingLastPathComponent().appendingPathComponent("energy")
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    // The tests of a toolchain that runs them in a helper: the bundle is an argument.
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("energy")
  }()

  /// Runs it in a folder and waits for its end. A run that takes longer than `limit` seconds is ended and has status -1.
  static func run(
    _ arguments: [String], in folder: URL, input: Data = Data(), environment: [String: String] = [:],
    limit: TimeInterval = 60
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var variables = ProcessInfo.processInfo.environment
    variables.merge(environment) { _, new in new }
    process.environment = variables
    // Files instead of pipes: nothing can block, whatever is written.
    let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("energy-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    func handle(_ name: String, _ content: Data = Data()) throws -> FileHandle {
      let file = scratch.appendingPathComponent(name)
      try content.write(to: file)
      return try FileHandle(forUpdating: file)
    }
    let output = try handle("out")
    let errors = try handle("err")
    process.standardInput = try handle("in", input)
    process.standardOutput = output
    process.standardError = errors
    let done = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in done.signal() }
    try process.run()
    let isLate = done.wait(timeout: .now() + limit) == .timedOut
    if isLate { process.terminate() }
    process.waitUntilExit()
    let text = { (name: String) in
      String(decoding: (try? Data(contentsOf: scratch.appendingPathComponent(name))) ?? Data(), as: UTF8.self)
    }
    let status = process.terminationReason == .uncaughtSignal ? -1 : process.terminationStatus
    return Outcome(output: text("out"), errors: text("err"), status: isLate ? -1 : status)
  }
}

/// A folder of its own for a test, with a link to the examples; removed afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("energy-test-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try FileManager.default.createSymbolicLink(
    at: folder.appendingPathComponent("examples"), withDestinationURL: root.appendingPathComponent("examples"))
  return try body(folder)
}
