import EnergyData
import EnergyDriver
import EnergyPlots
import EnergyText
import Foundation
import Synchronization

/// The repository.
let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Whether expected scripts are written anew instead of compared.
let isRecording = ProcessInfo.processInfo.environment["ENERGY_RECORD"] == "1"

/// A session on a text.
func session(_ text: String, files: any FileAccess = NoFiles(), dims: [String: Int] = [:]) -> Session {
  var options = SessionOptions()
  options.dims = dims
  return Session(SourceFile(name: "test.energy", text: text), folder: "models", options: options, files: files)
}

/// A plot of the last energy of a text.
func plot(
  _ text: String, box: [ClosedRange<Double>] = [], show: [PlotQuantity] = [], data: [[Double]] = [],
  dims: [String: Int] = [:], detail: Plot.Detail = Plot.Detail()
) throws -> Plot {
  let session = session(text, dims: dims)
  let energies = session.program.energies
  var request = PlotRequest(try session.energy(named: energies.last?.name))
  request.box = box
  request.quantities = show
  if let width = data.first?.count {
    request.data = .values(data.flatMap { $0 }, shape: width == 1 ? [data.count] : [data.count, width])
  }
  return try Plot(request, in: session, detail: detail)
}

/// No file can be read or written.
struct NoFiles: FileAccess {
  func array(at path: String) throws -> ArrayFile { throw Diagnostic(.error, .file, "\(path): no such file") }
  func array(at path: String, within folder: String) throws -> ArrayFile { try array(at: path) }
}

/// Remembers what is written.
final class KeptFiles: FileAccess {
  let written = Mutex<[String: [UInt8]]>([:])

  func array(at path: String) throws -> ArrayFile { try NoFiles().array(at: path) }
  func array(at path: String, within folder: String) throws -> ArrayFile { try NoFiles().array(at: path) }

  func write(_ bytes: [UInt8], to path: String, within folder: String) throws {
    written.withLock { $0["\(folder)/\(path)"] = bytes }
  }
}

/// Answers every script with the same bytes.
struct FixedRunner: ScriptRunner {
  let bytes: [UInt8]
  func run(_ script: String) throws -> [UInt8] { bytes }
}

/// The messages of what `body` throws, as `code: message`.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch let diagnostic as Diagnostic {
    return "\(diagnostic.code): \(diagnostic.message)"
  } catch {
    return "\(error)"
  }
}

extension Plot {
  /// The curve of a plot of one coordinate.
  var curve: Curve? {
    if case .curve(let curve) = content { return curve }
    return nil
  }

  /// The field of a plot of two.
  var field: Field? {
    if case .field(let field) = content { return field }
    return nil
  }
}
