import EnergyText
import Glibc

/// Folders that results go to.
public enum OutputFolder {
  /// Whether there is a folder of this name.
  public static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder unless it is there; the one it lies in must exist.
  /// - Throws: `Diagnostic` with code `E-file`.
  public static func make(_ path: String) throws {
    if exists(path) { return }
    guard mkdir(path, 0o777) == 0 else { throw DataText.fileError(path, "make the folder", errno) }
  }
}

extension AtomicFile {
  /// Writes several whole files: all are on the disk under other names before the first one takes its place.
  /// - Throws: `Diagnostic` with code `E-file`; no file is half written then.
  public static func write(_ files: [(bytes: [UInt8], path: String)]) throws {
    var open: [AtomicFile] = []
    for (bytes, path) in files {
      let file = try AtomicFile(path: path)
      try bytes.withUnsafeBytes(file.write)
      open.append(file)
    }
    for file in open { try file.commit() }
  }
}
