import EnergyText
import Glibc

/// A file that appears under its name complete or not at all.
///
/// Bytes go to a file without a name in the target's folder, which `commit` syncs, names and renames; without a commit
/// nothing is left of it, whatever ends the process. Where the file system has no such files, a temporary file with a name
/// takes its place. A target that is a link stays one: what it leads to is replaced. Targets that aren't regular files
/// (`/dev/null`, a named pipe) are written directly, and so is standard output (`-`).
public final class AtomicFile {
  /// Where the bytes are until the commit.
  private enum Place {
    /// In a file without a name.
    case unnamed
    /// In a temporary file.
    case named(String)
    /// In the target, which is no regular file.
    case target
  }

  /// The path as given, for messages.
  public let path: String
  let descriptor: Int32
  private let target: String
  private let folder: String
  private var place: Place
  private var isOpen = true

  /// Opens a temporary file for the target `path`.
  /// - Throws: `Diagnostic` with code `E-file` where the folder is missing or can't be written, or the target is a
  ///   folder or write-protected.
  public init(path: String) throws {
    self.path = path
    if path == "-" {
      (target, folder, place) = ("/dev/stdout", "/dev", .target)
      descriptor = dup(STDOUT_FILENO)
      guard descriptor >= 0 else { throw DataText.fileError("standard output", "write to it", errno) }
      return
    }
    target = try Self.resolvingLinks(path)
    folder = Self.folder(of: target)
    var status = stat()
    let exists = stat(target, &status) == 0
    if exists {
      if status.st_mode & S_IFMT == S_IFDIR {
        throw Diagnostic(.error, .file, "\(path): can't write the file: there is a folder with this name")
      }
      guard access(target, W_OK) == 0 else { throw DataText.fileError(path, "write the file", errno) }
      if status.st_mode & S_IFMT != S_IFREG {
        place = .target
        descriptor = open(target, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DataText.fileError(path, "write the file", errno) }
        return
      }
    }
    var opened = Self.hasDescriptorPaths ? open(folder, Self.unnamedFile | O_RDWR | O_CLOEXEC, 0o666) : -1
    if opened >= 0 {
      place = .unnamed
    } else {
      var name = ""
      repeat {
        name = Self.temporaryName(in: folder)
        opened = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      } while opened < 0 && (errno == EEXIST || errno == EINTR)
      guard opened >= 0 else {
        let reason = errno
        let hint = reason == ENOENT ? [Diagnostic.Hint("the folder \(folder) doesn't exist; create it first")] : []
        throw DataText.fileError(path, "write in its folder", reason, hints: hint)
      }
      place = .named(name)
    }
    descriptor = opened
    if exists { _ = fchmod(descriptor, status.st_mode & 0o7777) }
  }

  deinit {
    if isOpen { close(descriptor) }
    if case .named(let name) = place { unlink(name) }
  }

  /// Whether the bytes go to a temporary file (and not straight into a pipe or device).
  var isRegular: Bool {
    if case .target = place { return false }
    return true
  }

  /// `O_TMPFILE`, which Swift doesn't import: `open(2)`, Linux 3.11.
  private static let unnamedFile: Int32 = 0o20_000_000 | O_DIRECTORY
  /// Files without a name get one through this folder.
  private static let hasDescriptorPaths = access("/proc/self/fd", X_OK) == 0

  private static func temporaryName(in folder: String) -> String {
    "\(folder)/.energy-\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
  }

  /// Appends bytes.
  /// - Throws: `Diagnostic` with code `E-file`, e.g. on a full disk.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, rest.baseAddress, min(rest.count, 1 << 30))
      if written < 0 {
        if errno == EINTR { continue }
        throw DataText.fileError(path, "write the file", errno)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  /// Syncs the bytes to the disk and puts the file in place of the target.
  /// - Throws: `Diagnostic` with code `E-file`; the target is then as it was.
  public func commit() throws {
    precondition(isOpen, "an atomic file is committed once")
    if case .target = place {
      isOpen = false
      guard close(descriptor) == 0 else { throw DataText.fileError(path, "write the file", errno) }
      return
    }
    guard fsync(descriptor) == 0 else { throw DataText.fileError(path, "write the file to the disk", errno) }
    if case .unnamed = place { place = .named(try named()) }
    isOpen = false
    guard close(descriptor) == 0 else { throw DataText.fileError(path, "write the file", errno) }
    guard case .named(let name) = place, rename(name, target) == 0 else {
      throw DataText.fileError(path, "put the file in place", errno)
    }
    place = .target
    // The rename is on the disk only once its folder is. The file is whole either way, so failure isn't an error.
    let folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Gives the file without a name a temporary one.
  private func named() throws -> String {
    while true {
      let name = Self.temporaryName(in: folder)
      if linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 { return name }
      guard errno == EEXIST || errno == EINTR else { throw DataText.fileError(path, "put the file in place", errno) }
    }
  }

  /// Writes `bytes` as the whole file at `path`.
  /// - Throws: `Diagnostic` with code `E-file`; the old file is then untouched.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    let file = try AtomicFile(path: path)
    try bytes.withUnsafeBytes(file.write)
    try file.commit()
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Follows `path` while its last component is a symbolic link, whether or not its end exists.
  private static func resolvingLinks(_ path: String) throws -> String {
    guard !path.isEmpty else { throw Diagnostic(.error, .file, "the name of an output file is empty") }
    var current = path
    for _ in 0..<40 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let length = readlink(current, &buffer, buffer.count)
      guard length >= 0 else { return current }
      let link = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      current = link.hasPrefix("/") ? link : "\(folder(of: current))/\(link)"
    }
    throw DataText.fileError(path, "write the file", ELOOP)
  }
}
