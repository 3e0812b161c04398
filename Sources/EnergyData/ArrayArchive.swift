import EnergyText

/// Arrays under names, in one file.
protocol ArrayCollection: Sendable {
  /// In the order of the file, each once.
  var names: [String] { get }
  /// The array of the name at `index`.
  func array(at index: Int) throws -> ArrayFile
}

/// A file of several arrays under names: `.npz`, `.safetensors`, or `.json` with numbers and nested lists.
///
/// Arrays are read when they are asked for; those that lie in the file as they are used are mapped, not copied.
public struct ArrayArchive: Sendable {
  /// What the file is.
  public enum Format: String, Sendable, CaseIterable {
    /// What `numpy.savez` and `numpy.savez_compressed` write.
    case npz
    /// What the safetensors library writes.
    case safetensors
    /// An object of numbers and nested lists.
    case json
  }

  /// The path or name, for messages.
  public let name: String
  /// What the file is.
  public let format: Format
  /// Names of the arrays, in the order of the file.
  public var names: [String] { collection.names }
  private let collection: any ArrayCollection
  private let indices: [String: Int]

  /// Whether the extension of `path` is that of an archive.
  public static func isArchive(_ path: String) -> Bool {
    Format(rawValue: ArrayFile.fileExtension(of: path)) != nil
  }

  /// Opens the archive at `path`; the extension decides on the format.
  /// - Throws: `Diagnostic` with code `E-file`, `E-npz`, `E-safetensors`, `E-json` or `E-unsupported`.
  public init(path: String) throws {
    guard let format = Format(rawValue: ArrayFile.fileExtension(of: path)) else {
      throw Diagnostic(
        .error, .unsupportedFormat, "\(path): this isn't a file of named arrays",
        hints: [Diagnostic.Hint("those end in .npz, .safetensors or .json")])
    }
    try self.init(MappedFile(path: path), format)
  }

  /// Opens an archive in memory.
  /// - Throws: as `init(path:)`.
  public init(bytes: [UInt8], name: String, format: Format) throws {
    try self.init(MappedFile(path: name, copying: bytes), format)
  }

  init(_ file: MappedFile, _ format: Format) throws {
    name = file.path
    self.format = format
    switch format {
    case .npz: collection = try NpzFile(file)
    case .safetensors: collection = try SafetensorsFile(file)
    case .json: collection = try JSONArrays(file)
    }
    indices = Dictionary(
      collection.names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    guard indices.count == collection.names.count else {
      throw ZipDirectory.failure(file.path, "two arrays have the same name")
    }
  }

  /// The array of this name; without one, the only array there is.
  /// - Throws: `Diagnostic` with code `E-entry` where there is none, `E-npy` or `E-dtype` for what can't be read.
  public func array(named wanted: String?) throws -> ArrayFile {
    guard let wanted else {
      guard names.count == 1 else {
        throw Diagnostic(
          .error, .entry,
          names.isEmpty ? "\(name) holds no arrays" : "\(name) holds \(names.count) arrays, and none is named",
          hints: [Diagnostic.Hint(names.isEmpty ? "write some into it" : "its arrays: \(list)")])
      }
      return try collection.array(at: 0)
    }
    guard let index = indices[wanted] else {
      let meant = didYouMean(wanted, among: names).map { "; did you mean '\(DataText.excerpt($0.utf8))'?" } ?? ""
      throw Diagnostic(
        .error, .entry, "\(name) has no array '\(DataText.excerpt(wanted.utf8))'\(meant)",
        hints: [Diagnostic.Hint(names.isEmpty ? "it holds no arrays" : "its arrays: \(list)")])
    }
    return try collection.array(at: index)
  }

  /// The names for a message: the first ones of many.
  private var list: String {
    let shown = names.prefix(12).map { DataText.excerpt($0.utf8) }.joined(separator: ", ")
    return names.count > 12 ? "\(shown), … (\(names.count) in all)" : shown
  }
}
