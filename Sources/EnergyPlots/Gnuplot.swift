import EnergyDriver
import EnergyText
import Foundation

/// Runs gnuplot. Plots themselves are computed without it, so tests can look at scripts alone.
public protocol ScriptRunner: Sendable {
  /// What gnuplot writes to standard output for a script.
  /// - Throws: `E-no-gnuplot` where there is none, or where it fails.
  func run(_ script: String) throws -> [UInt8]
}

/// The gnuplot of this computer, started without a shell and without the user's settings. It gets the script through
/// standard input, and nothing else.
public struct Gnuplot: ScriptRunner {
  /// Folders to look in.
  private let folders: [String]
  /// Seconds after which it is ended.
  private let limit: Double

  /// The first one on the path.
  public init(path: String? = ProcessInfo.processInfo.environment["PATH"], limit: Double = 60) {
    folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":").map(String.init)
    self.limit = limit
  }

  /// Where it is; `nil` where there is none.
  public var location: String? {
    folders.filter { $0.hasPrefix("/") }.map { $0 + "/gnuplot" }.first(where: FileManager.default.isExecutableFile)
  }

  /// What it writes to standard output for a script.
  public func run(_ script: String) throws -> [UInt8] { try output(of: script).bytes }

  /// What gnuplot writes to standard output, and what to standard error.
  func output(of script: String) throws -> (bytes: [UInt8], messages: String) {
    guard let location else { throw Self.missing }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("energy-plot-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      defer { try? FileManager.default.removeItem(at: folder) }
      // Files instead of pipes: nothing can block, however much is written.
      func handle(_ name: String, _ content: String = "") throws -> FileHandle {
        let file = folder.appendingPathComponent(name)
        try Data(content.utf8).write(to: file)
        return try FileHandle(forUpdating: file)
      }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: location)
      process.arguments = ["-d", "-"]
      process.currentDirectoryURL = folder
      let kept = ["PATH", "HOME", "TMPDIR", "GDFONTPATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "XDG_CACHE_HOME"]
      process.environment = ProcessInfo.processInfo.environment.filter { kept.contains($0.key) }
        .merging(["LC_ALL": "C.UTF-8"]) { old, _ in old }
      process.standardInput = try handle("script", script)
      let output = try handle("output")
      let errors = try handle("errors")
      process.standardOutput = output
      process.standardError = errors
      let done = DispatchSemaphore(value: 0)
      process.terminationHandler = { _ in done.signal() }
      try process.run()
      if done.wait(timeout: .now() + limit) == .timedOut {
        process.terminate()
        throw Self.failed("it took longer than \(NumberStyle.short.text(limit)) seconds")
      }
      process.waitUntilExit()
      let bytes = try Data(contentsOf: folder.appendingPathComponent("output"))
      let said = try String(decoding: Data(contentsOf: folder.appendingPathComponent("errors")), as: UTF8.self)
      guard process.terminationStatus == 0, !bytes.isEmpty else {
        throw Self.failed(said.split(separator: "\n").last.map(String.init) ?? "status \(process.terminationStatus)")
      }
      return (Array(bytes), said)
    } catch let diagnostic as Diagnostic {
      throw diagnostic
    } catch {
      throw Self.failed("\(error.localizedDescription)")
    }
  }

  private static var missing: Diagnostic {
    Diagnostic(
      .error, .noGnuplot, "gnuplot wasn't found, which draws pictures into files; nothing was written",
      hints: [
        .init("install it: \(installation)"), .init("leave out the file, and the plot is drawn with characters"),
      ])
  }

  /// How this system installs it.
  private static var installation: String {
    let managers = [
      ("apt-get", "sudo apt-get install gnuplot-nox"), ("dnf", "sudo dnf install gnuplot-minimal"),
      ("pacman", "sudo pacman -S gnuplot"), ("zypper", "sudo zypper install gnuplot"),
      ("apk", "sudo apk add gnuplot"), ("brew", "brew install gnuplot"),
    ]
    let folders = ["/usr/bin", "/bin", "/sbin", "/usr/local/bin", "/opt/homebrew/bin"]
    return managers.first { name, _ in
      folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
    }?.1 ?? "http://www.gnuplot.info"
  }

  private static func failed(_ reason: String) -> Diagnostic {
    Diagnostic(
      .error, .noGnuplot, "gnuplot couldn't draw the picture: \(reason)",
      hints: [
        .init("gnuplot 5.2 or later with cairo draws svg, png and pdf; leave out the file for a plot in characters")
      ])
  }
}
