import Foundation

/// The program while it runs, to be watched, interrupted and killed.
final class RunningProgram {
  private let process = Process()
  private let scratch: URL
  private let done = DispatchSemaphore(value: 0)

  /// Starts it in a folder; `url` is another executable to start.
  init(_ arguments: [String], in folder: URL, url: URL = Program.url, environment: [String: String] = [:]) throws {
    scratch = FileManager.default.temporaryDirectory.appendingPathComponent("energy-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try file("out")
    process.standardError = try file("err")
    process.terminationHandler = { [done] _ in done.signal() }
    try process.run()
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    try? FileManager.default.removeItem(at: scratch)
  }

  private func file(_ name: String) throws -> FileHandle {
    let file = scratch.appendingPathComponent(name)
    try Data().write(to: file)
    return try FileHandle(forUpdating: file)
  }

  private func text(_ name: String) -> String {
    String(decoding: (try? Data(contentsOf: scratch.appendingPathComponent(name))) ?? Data(), as: UTF8.self)
  }

  /// Standard output so far.
  var output: String { text("out") }
  /// Standard error so far.
  var errors: String { text("err") }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Waits until something holds; `false` after 30 seconds, or where the program has ended without it.
  func wait(until holds: (RunningProgram) -> Bool) -> Bool {
    for _ in 0..<1500 {
      let hasEnded = !process.isRunning
      if holds(self) { return true }
      if hasEnded { return false }
      usleep(20_000)
    }
    return false
  }

  /// Waits for the end: its exit status, or minus the signal that ended it. After 60 seconds it is killed.
  func status() -> Int32 {
    _ = done.wait(timeout: .now() + 60)
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
  }
}
