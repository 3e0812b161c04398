import EnergyText
import Glibc

/// The bytes of a file, mapped read-only: pages are read when they are touched, so a file may exceed memory.
///
/// What can't be mapped (pipes, terminals, standard input) is read into memory instead. The bytes live as long as
/// the object. They must not be changed by others meanwhile: a file that is cut while it is mapped ends the process.
public final class MappedFile: @unchecked Sendable {
  /// The path as given, for messages.
  public let path: String
  /// All bytes of the file, valid while the object lives.
  let bytes: UnsafeRawBufferPointer
  /// Whether the bytes are a mapping of the file (and not a copy of it).
  public let isMapped: Bool

  /// Maps the file at `path`.
  /// - Throws: `Diagnostic` with code `E-file` for a missing or unreadable file or a folder.
  public convenience init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DataText.fileError(path, "open the file", errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw DataText.fileError(path, "read the file", errno) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      throw Diagnostic(.error, .file, "\(path): this is a folder, not a file")
    case S_IFREG where status.st_size > 0:
      let size = Int(status.st_size)
      guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
        throw DataText.fileError(path, "map the file", errno)
      }
      self.init(path: path, bytes: UnsafeRawBufferPointer(start: start, count: size), isMapped: true)
    default:
      // Files under /proc say 0 bytes and still have some.
      try self.init(path: path, descriptor: descriptor)
    }
  }

  /// Reads everything that `descriptor` still delivers (0 is standard input); `path` names it in messages.
  /// - Throws: `Diagnostic` with code `E-file` where reading fails.
  public convenience init(path: String, descriptor: Int32) throws {
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      let got = read(descriptor, &chunk, chunk.count)
      if got > 0 {
        content.append(contentsOf: chunk[..<got])
      } else if got == 0 {
        break
      } else if errno != EINTR {
        throw DataText.fileError(path, "read", errno)
      }
    }
    self.init(path: path, copying: content)
  }

  /// Keeps a copy of `content` under the name `path`.
  public convenience init(path: String, copying content: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 64)
    copy.copyBytes(from: content)
    self.init(path: path, bytes: UnsafeRawBufferPointer(copy), isMapped: false)
  }

  /// Takes over `content`, which `allocate` made, and frees it at the end.
  convenience init(path: String, adopting content: UnsafeMutableRawBufferPointer) {
    self.init(path: path, bytes: UnsafeRawBufferPointer(content), isMapped: false)
  }

  private init(path: String, bytes: UnsafeRawBufferPointer, isMapped: Bool) {
    self.path = path
    self.bytes = bytes
    self.isMapped = isMapped
  }

  /// Calls `body` with all bytes of the file; they may not be used after it returns.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) { try body(bytes) }
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    } else {
      bytes.deallocate()
    }
  }

  /// Tells the system to read all pages now, where the file takes less than a quarter of memory: later passes then
  /// meet no page faults. Without effect elsewhere.
  public func prefault() {
    guard isMapped, bytes.count <= PhysicalMemory.bytes / 4, let start = bytes.baseAddress else { return }
    let populateRead: Int32 = 22  // MADV_POPULATE_READ, Linux 5.14; older kernels refuse it, which is harmless
    madvise(UnsafeMutableRawPointer(mutating: start), bytes.count, populateRead)
  }
}

/// A part of a file that holds something of its own, such as an array in an archive.
struct FileSlice {
  let file: MappedFile
  /// Within the bytes of the file.
  let range: Range<Int>
  /// For messages: `p.npz (W)`.
  let name: String

  init(_ file: MappedFile, _ range: Range<Int>, name: String) {
    precondition(range.upperBound <= file.bytes.count, "a part lies within its file")
    self.file = file
    self.range = range
    self.name = name
  }

  /// The whole of a file.
  init(_ file: MappedFile) { self.init(file, 0..<file.bytes.count, name: file.path) }

  /// Valid while the file lives.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[range]) }

  /// All from `offset` on.
  func dropping(_ offset: Int) -> FileSlice {
    FileSlice(file, range.lowerBound + offset..<range.upperBound, name: name)
  }
}

/// What the machine has.
public enum PhysicalMemory {
  /// Bytes of main memory; 4 GiB where the system doesn't say.
  public static let bytes: Int = {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let size = sysconf(Int32(_SC_PAGESIZE))
    return pages > 0 && size > 0 ? pages.multipliedReportingOverflow(by: size).partialValue : 4 << 30
  }()
}
