import EnergyText

extension ArrayFile {
  /// Reads the array in the file at `path`; the extension decides on the format, `-` is standard input.
  ///
  /// `.npy` is mapped; `.csv`, `.tsv`, `.txt` and `.dat` are parsed as a table of shape `(rows, columns)`. A name
  /// without one of these extensions is judged by its first bytes if it is a pipe or has no extension at all. An archive
  /// (`ArrayArchive`) is read if it holds one array only.
  /// - Throws: `Diagnostic` with code `E-file`, `E-npy`, `E-csv`, `E-ragged`, `E-dtype` or `E-unsupported`, and those of
  ///   archives.
  public static func read(path: String) throws -> ArrayFile {
    if path == "-" { return try read(file: MappedFile(path: "<standard input>", descriptor: 0)) }
    switch fileExtension(of: path) {
    case "npy": return try readNpy(FileSlice(MappedFile(path: path)))
    case "npz", "safetensors": return try ArrayArchive(path: path).array(named: nil)
    case "csv", "tsv", "txt", "dat": return try readCSV(MappedFile(path: path))
    case "":
      return try read(file: MappedFile(path: path))
    case let other:
      let file = try MappedFile(path: path)
      if !file.isMapped, !file.bytes.isEmpty { return try read(file: file) }
      throw unsupported(path, other, verb: "read")
    }
  }

  /// Reads an array from bytes in memory (standard input, say); `.npy` is known by its first bytes, all else is a table.
  /// - Throws: as `read(path:)`.
  public static func read(bytes: [UInt8], name: String) throws -> ArrayFile {
    try read(file: MappedFile(path: name, copying: bytes))
  }

  private static func read(file: MappedFile) throws -> ArrayFile {
    if file.bytes.starts(with: ZipDirectory.magic) { return try ArrayArchive(file, .npz).array(named: nil) }
    return file.bytes.starts(with: NpyHeader.magic) ? try readNpy(FileSlice(file)) : try readCSV(file)
  }

  /// The extension of `path` in lower case, without its dot; empty where there is none.
  static func fileExtension(of path: String) -> String {
    let name = path.split(separator: "/", omittingEmptySubsequences: true).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// The error for a format that can't be read or written.
  static func unsupported(_ path: String, _ fileExtension: String, verb: String) -> Diagnostic {
    let what = fileExtension.isEmpty ? "a file without extension" : ".\(fileExtension) files"
    let isRead = verb == "read"
    return Diagnostic(
      .error, .unsupportedFormat, "\(path): can't \(verb) \(what)",
      hints: [
        Diagnostic.Hint(
          isRead
            ? "files that can be read: .npy, .csv, .npz and .safetensors" : "files that can be written: .npy and .csv")
      ])
  }
}
