import EnergyData
import EnergyText
import Glibc
import Testing

@Suite struct ArrayOutputTests {
  let values: [Double] = [0, -0.0, 0.1, 1e22, .leastNonzeroMagnitude, -1.7976931348623157e308]

  func content(_ path: String) throws -> [UInt8] { try MappedFile(path: path).withUnsafeBytes(Array.init) }

  @Test(arguments: [nil, 0] as [Int?])
  func roundTripsNpy(mappingLimit: Int?) throws {
    let folder = try TemporaryFolder()
    for (dtype, shape) in [(ElementType.f64, [2, 3]), (.f32, [3, 2, 1]), (.i64, [6]), (.f64, [])] {
      let path = "\(folder.path)/x.npy"
      let output =
        try mappingLimit.map { try ArrayOutput(path: path, shape: shape, dtype: dtype, mappingLimit: $0) }
        ?? ArrayOutput(path: path, shape: shape, dtype: dtype)
      output.withUnsafeMutableBytes { raw in
        #expect(Int(bitPattern: raw.baseAddress).isMultiple(of: dtype.byteCount))
        #expect(raw.allSatisfy { $0 == 0 })
        switch dtype {
        case .f64:
          for (index, slot) in raw.bindMemory(to: Double.self).indices.enumerated() {
            raw.bindMemory(to: Double.self)[slot] = values[index]
          }
        case .f32: for index in 0..<6 { raw.bindMemory(to: Float.self)[index] = Float(index) / 3 }
        case .i64: for index in 0..<6 { raw.bindMemory(to: Int64.self)[index] = Int64(index) - 3 }
        }
      }
      try output.commit()
      let array = try ArrayFile.read(path: path)
      #expect(array.shape == shape)
      switch dtype {
      case .f64: #expect(array.doubles().map(\.bitPattern) == values.prefix(array.count).map(\.bitPattern))
      case .f32: #expect(array.doubles() == (0..<6).map { Double(Float($0) / 3) } && array.dtype == .f32)
      case .i64: #expect(array.doubles() == [-3, -2, -1, 0, 1, 2] && array.storesIntegers)
      }
      #expect(dtype == .i64 || array.isMapped)
      #expect(folder.names == ["x.npy"])
    }
  }

  @Test func writesWhatNumPyWrites() throws {
    let folder = try TemporaryFolder()
    try ArrayOutput.write([1.5], shape: [1], to: "\(folder.path)/x.npy")
    // numpy.save of array([1.5]).
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }"
    let expected = npy(shape: "", padding: 118 - header.utf8.count - 1, header: header, data: doubleBytes([1.5]))
    #expect(try content("\(folder.path)/x.npy") == expected)
  }

  @Test func roundTripsCSV() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/x.csv"
    try ArrayOutput.write(values, shape: [2, 3], to: path, columnNames: ["a", "b,c", "d \"e\""])
    let array = try ArrayFile.read(path: path)
    #expect(array.doubles().map(\.bitPattern) == values.map(\.bitPattern))
    #expect(array.source == .csv(separator: .comma, columns: ["a", "b,c", "d \"e\""]))
    try ArrayOutput.write([.nan, -.infinity], shape: [2], to: path)
    #expect(try content(path) == Array("nan\n-inf\n".utf8))
    let floats = try ArrayOutput(path: path, shape: [1, 2], dtype: .f32)
    floats.withUnsafeMutableBytes { raw in
      raw.bindMemory(to: Float.self)[0] = 0.1
      raw.bindMemory(to: Float.self)[1] = 16_777_216
    }
    try floats.commit()
    #expect(try content(path) == Array("0.1,16777216.0\n".utf8))
  }

  @Test func leavesTheOldFileWithoutACommit() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("x.csv", "1\n")
    do {
      let output = try ArrayOutput(path: path, shape: [3], dtype: .f64)
      #expect(folder.names.allSatisfy { $0 == "x.csv" || $0.hasPrefix(".energy-") })
      output.withUnsafeMutableBytes { $0.bindMemory(to: Double.self)[0] = 5 }
    }
    #expect(folder.names == ["x.csv"])
    #expect(try ArrayFile.read(path: path).doubles() == [1])
  }

  @Test func followsLinksAndKeepsModes() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("real.npy", "old")
    chmod(path, 0o640)
    try #require(symlink("real.npy", "\(folder.path)/link.npy") == 0)
    try #require(symlink("new.npy", "\(folder.path)/dangling.npy") == 0)
    try ArrayOutput.write([1, 2], shape: [2], to: "\(folder.path)/link.npy")
    try ArrayOutput.write([3], shape: [1], to: "\(folder.path)/dangling.npy")
    #expect(folder.names == ["dangling.npy", "link.npy", "new.npy", "real.npy"])
    #expect(try ArrayFile.read(path: path).doubles() == [1, 2])
    #expect(try ArrayFile.read(path: "\(folder.path)/new.npy").doubles() == [3])
    var status = stat()
    #expect(lstat("\(folder.path)/link.npy", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
  }

  @Test func writesToDevices() throws {
    try ArrayOutput.write([1, 2], shape: [2], to: "/dev/null")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func saysWhyAFileCannotBeWritten() throws {
    let folder = try TemporaryFolder()
    func error(_ path: String, _ shape: [Int] = [1]) -> Diagnostic? {
      diagnostic { _ = try ArrayOutput(path: path, shape: shape, dtype: .f64) }
    }
    #expect(error("\(folder.path)/none/x.npy")?.hints.first?.message.contains("create it first") == true)
    #expect(error("\(folder.path)/none/x.npy")?.code == .file)
    #expect(error("/proc/x.npy")?.code == .file)
    #expect(error("")?.code == .unsupportedFormat)
    #expect(error("\(folder.path)/x.npz")?.code == .unsupportedFormat)
    #expect(error("\(folder.path)/x.npy", [1 << 40, 1 << 40])?.message.contains("too large") == true)
    mkdir("\(folder.path)/d.npy", 0o755)
    #expect(error("\(folder.path)/d.npy")?.message.contains("folder") == true)
    rmdir("\(folder.path)/d.npy")
    symlink("loop.npy", "\(folder.path)/loop.npy")
    #expect(error("\(folder.path)/loop.npy")?.code == .file)
  }

  @Test func writesBytesAtomically() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/f"
    try AtomicFile.write(Array("one".utf8), to: path)
    try AtomicFile.write(Array("two".utf8), to: path)
    #expect(try content(path) == Array("two".utf8))
    #expect(folder.names == ["f"])
  }

  @Test func nothingIsLeftOfAFileWithoutACommit() throws {
    let folder = try TemporaryFolder()
    let file = try AtomicFile(path: "\(folder.path)/f")
    try Array("half".utf8).withUnsafeBytes(file.write)
    // Before the commit the bytes have no name, where the file system allows that; after it, the right one.
    #expect(!folder.names.contains("f"))
    #expect(folder.names.allSatisfy { $0.hasPrefix(".energy-") })
    try file.commit()
    #expect(folder.names == ["f"])
    #expect(try content("\(folder.path)/f") == Array("half".utf8))
  }
}
