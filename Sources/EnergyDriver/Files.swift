import EnergyData
import EnergySemantics
import EnergyText
import Glibc

/// Where a session reads arrays and text. The session itself touches no file.
public protocol FileAccess: Sendable {
  /// The array in a file that the command line names, or on standard input (`-`).
  func array(at path: String) throws -> ArrayFile
  /// The array in a file that a program names, relative to `folder`; never one outside of it.
  func array(at path: String, within folder: String) throws -> ArrayFile
  /// The named arrays in a file that the command line names.
  func archive(at path: String) throws -> ArrayArchive
  /// The named arrays in a file that a program names, relative to `folder`; never one outside of it.
  func archive(at path: String, within folder: String) throws -> ArrayArchive
  /// The source in a file that a program imports, relative to `folder`; never one outside of it.
  func source(at path: String, within folder: String) throws -> ImportedSource
  /// Writes numbers into a file that a program names, relative to `folder`; never one outside of it.
  func write(_ values: [Double], shape: [Int], to path: String, within folder: String) throws
  /// Writes a text into a file that a program names, relative to `folder`; never one outside of it.
  func write(_ text: String, to path: String, within folder: String) throws
  /// Writes bytes into a file that a program names, relative to `folder`; never one outside of it.
  func write(_ bytes: [UInt8], to path: String, within folder: String) throws
}

extension FileAccess {
  /// Refuses: by default there are no archives.
  public func archive(at path: String) throws -> ArrayArchive {
    throw Diagnostic(.error, .file, "\(path): files of several arrays can't be read here")
  }

  /// Refuses: by default there are no archives.
  public func archive(at path: String, within folder: String) throws -> ArrayArchive { try archive(at: path) }

  /// Refuses: by default there are no sources.
  public func source(at path: String, within folder: String) throws -> ImportedSource {
    throw Diagnostic(.error, .file, "\(path): files can't be imported here")
  }

  /// Refuses: by default nothing is written.
  public func write(_ values: [Double], shape: [Int], to path: String, within folder: String) throws {
    throw Diagnostic(.error, .file, "\(path): nothing can be written here")
  }

  /// Refuses: by default nothing is written.
  public func write(_ text: String, to path: String, within folder: String) throws {
    throw Diagnostic(.error, .file, "\(path): nothing can be written here")
  }

  /// Refuses: by default nothing is written.
  public func write(_ bytes: [UInt8], to path: String, within folder: String) throws {
    throw Diagnostic(.error, .file, "\(path): nothing can be written here")
  }
}

/// The files of this computer.
public struct DiskFiles: FileAccess {
  /// What is done with a file.
  public enum Use: Sendable { case reading, writing }

  private let onUse: (@Sendable (_ path: String, Use) -> Void)?

  /// Access to all that the user may read.
  /// - Parameter onUse: told of every file before it is read or written, whether or not it is there.
  public init(onUse: (@Sendable (_ path: String, Use) -> Void)? = nil) { self.onUse = onUse }

  /// The array in a file that the command line names, or on standard input (`-`).
  public func array(at path: String) throws -> ArrayFile {
    onUse?(path, .reading)
    return try ArrayFile.read(path: path)
  }

  /// The array in a file that a program names. A program is data: it sees its own folder and what lies below it, and
  /// no link leads it out.
  public func array(at path: String, within folder: String) throws -> ArrayFile {
    try ArrayFile.read(path: source(path, folder, endings: Self.dataEndings))
  }

  /// The named arrays in a file that the command line names.
  public func archive(at path: String) throws -> ArrayArchive {
    onUse?(path, .reading)
    return try ArrayArchive(path: path)
  }

  /// The named arrays in a file that a program names, under the same rule.
  public func archive(at path: String, within folder: String) throws -> ArrayArchive {
    try ArrayArchive(path: source(path, folder, endings: Self.dataEndings))
  }

  /// The source in a file that a program imports, under the same rule.
  public func source(at path: String, within folder: String) throws -> ImportedSource {
    let target = try source(path, folder, endings: ["energy"])
    let bytes = try MappedFile(path: target).withUnsafeBytes { Array($0) }
    let parent = target.lastIndex(of: "/").map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    return ImportedSource(
      identity: Self.resolved(target) ?? target, folder: parent, source: SourceFile(name: target, bytes: bytes))
  }

  /// Writes numbers into a file that a program names, under the same rule.
  public func write(_ values: [Double], shape: [Int], to path: String, within folder: String) throws {
    try ArrayOutput.write(values, shape: shape, to: destination(path, folder))
  }

  /// Writes a text into a file that a program names, under the same rule.
  public func write(_ text: String, to path: String, within folder: String) throws {
    try write(Array(text.utf8), to: path, within: folder)
  }

  /// Writes bytes into a file that a program names, under the same rule.
  public func write(_ bytes: [UInt8], to path: String, within folder: String) throws {
    try AtomicFile.write(bytes, to: destination(path, folder))
  }

  /// The path of a file to write.
  private func destination(_ path: String, _ folder: String) throws -> String {
    let target = try Self.target(path, folder)
    let parent = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "."
    // A link at the end would be followed, so where it leads counts; a file that isn't there yet has only its folder.
    if let real = Self.resolved(target) {
      try Self.requireInside(real, path, folder)
    } else if let real = Self.resolved(parent) {
      try Self.requireInside(real + "/", path, folder)
      if Self.isLink(target) { throw Self.refusal(path, "is a link that leads nowhere") }
    }
    onUse?(target, .writing)
    return target
  }

  private static func refusal(_ path: String, _ reason: String) -> Diagnostic {
    Diagnostic(
      .error, .file, "\"\(path)\" \(reason)",
      hints: [.init("a program reads and writes only files below its own folder, by paths relative to it")])
  }

  /// The endings of files that hold arrays.
  private static let dataEndings: Set<String> = ["npy", "npz", "csv", "tsv", "txt", "dat", "safetensors", "json"]

  /// The path of a file to read, which may be a link to another one in the folder.
  /// - Parameter endings: of files that may have been meant where this one isn't there.
  private func source(_ path: String, _ folder: String, endings: Set<String>) throws -> String {
    let target = try Self.target(path, folder)
    onUse?(target, .reading)
    guard let real = Self.resolved(target) else { throw Self.missing(path, target, folder, endings) }
    try Self.requireInside(real, path, folder)
    return target
  }

  /// The error for a file that isn't there. Nothing outside of the program's folder is looked at.
  private static func missing(
    _ path: String, _ target: String, _ folder: String, _ endings: Set<String>
  ) -> Diagnostic {
    let parent = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "."
    let isInside = resolved(parent).map { (try? requireInside($0 + "/", path, folder)) != nil } ?? false
    let written = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let names = (isInside ? files(in: parent, endings) : []).map { written + $0 }
    let whole = names.first { $0.hasPrefix(path + ".") } ?? didYouMean(path, among: names)
    let list = names.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
    return Diagnostic(
      .error, .file, "there is no file \"\(path)\"" + (whole.map { "; did you mean \"\($0)\"?" } ?? ""),
      hints: names.isEmpty || whole != nil ? [] : [.init("files there: \(list)" + (names.count > 8 ? ", …" : ""))])
  }

  /// The names in a folder that have one of these endings, in order.
  private static func files(in folder: String, _ endings: Set<String>) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let dot = name.lastIndex(of: "."), endings.contains(String(name[name.index(after: dot)...])) {
        names.append(name)
      }
    }
    return names.sorted()
  }

  private static func target(_ path: String, _ folder: String) throws -> String {
    if path.isEmpty { throw refusal(path, "names no file") }
    if path.hasPrefix("/") || path.hasPrefix("~") { throw refusal(path, "isn't relative to the program's folder") }
    if path.split(separator: "/").contains("..") { throw refusal(path, "lies outside the program's folder") }
    return folder.isEmpty || folder == "." ? path : "\(folder)/\(path)"
  }

  private static func requireInside(_ real: String, _ path: String, _ folder: String) throws {
    guard let root = resolved(folder.isEmpty ? "." : folder) else { return }
    guard real.hasPrefix(root == "/" ? root : root + "/") else {
      throw refusal(path, "lies outside the program's folder")
    }
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// The path without links and dots; `nil` where there is no such file.
  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}

/// Finds what programs import and keeps all texts of a session.
final class SessionSources: SourceProvider {
  private let files: any FileAccess
  private let folder: String
  private(set) var map: SourceMap

  /// - Parameter map: the texts so far.
  init(files: any FileAccess, folder: String, map: SourceMap) {
    self.files = files
    self.folder = folder
    self.map = map
  }

  func source(at path: String, within folder: String?) throws(Diagnostic) -> ImportedSource {
    do {
      return try files.source(at: path, within: folder ?? self.folder)
    } catch let diagnostic as Diagnostic {
      throw diagnostic
    } catch {
      throw Diagnostic(.error, .file, "\"\(path)\" can't be read: \(error)")
    }
  }

  func add(_ source: SourceFile) -> Int { map.add(source) }
}

/// Answers `load("…")` for the checker.
struct FolderLoader: DataLoader {
  let files: any FileAccess
  let folder: String
  /// Collects what readers remarked, for the session's notes.
  let remarks: RemarkList
  /// What has been read before.
  var memory: SessionMemory?

  final class RemarkList {
    var all: [Diagnostic] = []
  }

  func load(_ request: LoadRequest) throws(Diagnostic) -> TensorData {
    let key = SessionMemory.ReadKey(
      path: request.path, folder: request.folder ?? folder, entry: request.entry, allowsNaN: request.allowsNaN)
    let found: SessionMemory.Array
    if let known = memory?.arrays[key] {
      found = known
    } else {
      found = try read(request)
      memory?.arrays[key] = found
    }
    for remark in found.remarks where !remarks.all.contains(remark) { remarks.all.append(remark) }
    return found.data
  }

  private func read(_ request: LoadRequest) throws(Diagnostic) -> SessionMemory.Array {
    let array: ArrayFile
    do {
      array = try self.array(request)
    } catch let diagnostic as Diagnostic {
      var placed = diagnostic
      placed.span = placed.span ?? request.span
      throw placed
    } catch {
      throw Diagnostic(.error, .file, "\"\(request.path)\" can't be read: \(error)", at: request.span)
    }
    let values = array.doubles()
    let isNamed = request.entry.map { ", name = \"\($0)\"" } ?? ""
    if !request.allowsNaN, let index = values.firstIndex(where: { !$0.isFinite }) {
      throw Diagnostic(
        .error, .value,
        "\"\(request.path)\": \(Self.place(index, array.shape)) is \(NumberStyle.exact.text(values[index]))",
        at: request.span, hints: [.init("if that is meant: load(\"\(request.path)\"\(isNamed), allow_nan = true)")])
    }
    let data = TensorData(
      shape: array.shape, values: values, type: array.storesIntegers ? .int : .real, isTable: array.isTable,
      isSingle: array.dtype == .f32)
    return SessionMemory.Array(data: data, remarks: array.remarks)
  }

  func names(in request: LoadRequest) throws(Diagnostic) -> [String] {
    guard ArrayArchive.isArchive(request.path) else {
      throw Diagnostic(
        .error, .entry, "\"\(request.path)\" holds one array; a network has several, with names", at: request.span,
        hints: [.init("save the state dict as .safetensors, or its arrays with numpy.savez")])
    }
    do {
      return try files.archive(at: request.path, within: request.folder ?? folder).names
    } catch let diagnostic as Diagnostic {
      throw diagnostic
    } catch {
      throw Diagnostic(.error, .file, "\"\(request.path)\" can't be read: \(error)", at: request.span)
    }
  }

  private func array(_ request: LoadRequest) throws -> ArrayFile {
    let folder = request.folder ?? self.folder
    if ArrayArchive.isArchive(request.path) {
      return try files.archive(at: request.path, within: folder).array(named: request.entry)
    }
    guard request.entry == nil else {
      throw Diagnostic(
        .error, .entry, "\"\(request.path)\" holds one array, which has no name", at: request.span,
        hints: [.init("leave the name out: load(\"\(request.path)\")")])
    }
    return try files.array(at: request.path, within: folder)
  }

  /// `row 3, column 2` of an offset.
  static func place(_ offset: Int, _ shape: [Int]) -> String {
    var rest = offset
    var indices: [Int] = []
    for length in shape.reversed() {
      indices.insert(rest % max(1, length) + 1, at: 0)
      rest /= max(1, length)
    }
    switch indices.count {
    case 0: return "the number"
    case 1: return "entry \(indices[0])"
    case 2: return "row \(indices[0]), column \(indices[1])"
    default: return "entry [" + indices.map(String.init).joined(separator: ", ") + "]"
    }
  }
}
