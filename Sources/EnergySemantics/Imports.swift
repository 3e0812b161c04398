import EnergyText

/// A source that another one imports.
public struct ImportedSource: Sendable {
  /// What tells files apart: equal for two paths to one file.
  public let identity: String
  /// The folder that its own paths are relative to, in the provider's terms.
  public let folder: String
  /// The text, under the name that messages give it.
  public let source: SourceFile

  /// A text that was found.
  public init(identity: String, folder: String, source: SourceFile) {
    self.identity = identity
    self.folder = folder
    self.source = source
  }
}

/// Finds the sources that programs import and numbers them; the checker itself touches no file.
public protocol SourceProvider: AnyObject {
  /// The source at a path as written, relative to a folder and never outside of it; `folder` is `nil` for the program's
  /// own. The message has no place (the caller adds that of the path).
  func source(at path: String, within folder: String?) throws(Diagnostic) -> ImportedSource
  /// A number for a source; spans in it carry the number.
  func add(_ source: SourceFile) -> Int
}

/// A provider for programs that import nothing but the standard library.
public final class NoSources: SourceProvider {
  private var next: Int

  /// Numbers sources from `first` on: behind those that the caller has numbered.
  public init(first: Int = 1 << 16) { next = first }

  /// Refuses every file.
  public func source(at path: String, within folder: String?) throws(Diagnostic) -> ImportedSource {
    throw Diagnostic(.error, .unsupported, "files can't be read here: \"\(path)\"")
  }

  /// The next number.
  public func add(_ source: SourceFile) -> Int {
    defer { next += 1 }
    return next
  }
}
