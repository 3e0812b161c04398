import EnergyData
import Glibc

/// The inputs of all sessions, in a file that they share: each appends what it is given and sees what others append.
///
/// An entry is a line; a line break within one is written `\\n`, a backslash `\\\\`.
public final class HistoryFile {
  /// Entries that are kept at least; beyond a quarter more the oldest are dropped.
  private let limit: Int
  private let path: String
  /// Bytes of the file that this session knows.
  private var known: off_t = 0
  private var last: String?

  /// The history at a path; its folder is made where it is missing.
  public init(path: String, limit: Int = 10_000) {
    self.path = path
    self.limit = limit
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/" + part
      mkdir(folder, 0o700)
    }
  }

  /// What has been added since the last call, by whomever; at first everything.
  public func newEntries() -> [String] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    flock(descriptor, LOCK_SH)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return [] }
    // A shorter file was cut by another session: what it has is known.
    if status.st_size < known { known = status.st_size }
    guard status.st_size > known, lseek(descriptor, known, SEEK_SET) == known else { return [] }
    let text = Self.read(descriptor)
    known += off_t(text.utf8.count)
    return Self.entries(text)
  }

  /// Adds an input, unless it repeats the last one or begins with a blank.
  /// - Returns: what others have added before it, and the input itself.
  public func append(_ entry: String) -> [String] {
    guard entry != last, let first = entry.first, first != " " else { return newEntries() }
    last = entry
    var entries = newEntries()
    let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return entries + [entry] }
    defer { close(descriptor) }
    flock(descriptor, LOCK_EX)
    let line = Array((Self.escaped(entry) + "\n").utf8)
    let written = write(descriptor, line, line.count)
    // Read back, not assumed: another session may have been quicker.
    flock(descriptor, LOCK_UN)
    let new = newEntries()
    entries += written == line.count ? new : [entry]
    shorten()
    return entries
  }

  /// Drops the oldest entries of a file that has grown too long. It is cut in its place, so that no session writes
  /// into a file that nobody reads.
  private func shorten() {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    flock(descriptor, LOCK_EX)
    let lines = Self.read(descriptor).split(separator: "\n")
    guard lines.count > limit + limit / 4 else { return }
    let kept = Array((lines.suffix(limit).joined(separator: "\n") + "\n").utf8)
    guard pwrite(descriptor, kept, kept.count, 0) == kept.count else { return }
    ftruncate(descriptor, off_t(kept.count))
    known = off_t(kept.count)
  }

  private static func read(_ descriptor: Int32) -> String {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = Glibc.read(descriptor, &chunk, chunk.count), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func entries(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
      var entry = ""
      var isEscaped = false
      for character in line {
        if isEscaped {
          entry.append(character == "n" ? "\n" : character)
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else {
          entry.append(character)
        }
      }
      return entry
    }
  }

  private static func escaped(_ entry: String) -> String {
    entry.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
  }
}
