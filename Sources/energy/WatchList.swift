import EnergyDriver
import Glibc
import Synchronization

/// The files that a run has looked at, with what they were then; it waits until one of them changes.
///
/// Files are asked for their size, number and time of change a few times a second: that works on every file system.
final class WatchList: Sendable {
  /// What tells one state of a file from another; `nil` stands for a file that isn't there.
  private struct Signature: Equatable {
    let inode: UInt
    let size: Int
    let seconds: Int
    let nanoseconds: Int

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      inode = UInt(status.st_ino)
      size = Int(status.st_size)
      seconds = status.st_mtim.tv_sec
      nanoseconds = status.st_mtim.tv_nsec
    }
  }

  private let seen = Mutex<[String: Signature?]>([:])
  private static let pause: UInt32 = 100_000

  /// Notes a file before it is read.
  func note(_ path: String) {
    seen.withLock { seen in
      if seen[path] == nil { seen[path] = .some(Signature(path)) }
    }
  }

  /// Notes a file that the run writes itself: that is no change.
  func ignore(_ path: String) {
    seen.withLock { _ = $0.removeValue(forKey: path) }
  }

  /// How many files are watched.
  var count: Int { seen.withLock { $0.count } }

  /// Returns when a file has changed, and stays as it is for a moment: editors write in several steps.
  func waitForChange() {
    let before = seen.withLock { $0 }
    while before.allSatisfy({ Signature($0.key) == $0.value }) { usleep(Self.pause) }
    var last = before.keys.map { Signature($0) }
    for _ in 0..<20 {
      usleep(Self.pause)
      let now = before.keys.map { Signature($0) }
      if now == last, !now.contains(nil) { return }
      last = now
    }
  }
}
