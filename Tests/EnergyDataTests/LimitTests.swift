import EnergyText
import Testing

@testable import EnergyData

/// The limits of files, as docs/limits.md states them: read at the limit and one below, refused one beyond.
@Suite struct LimitTests {
  private static let around = [(-1, true), (0, true), (1, false)]

  private func read(_ bytes: [UInt8], named name: String) -> Diagnostic? {
    diagnostic {
      let folder = try TemporaryFolder()
      _ = try ArrayFile.read(path: folder.file(name, bytes))
    }
  }

  @Test(arguments: LimitTests.around)
  func headerOfNpy(_ beyond: Int, _ isRead: Bool) {
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }"
    let padding = NpyHeader.sizeLimit + beyond - header.utf8.count - 1
    let found = read(npy(shape: "", padding: padding, header: header, data: doubleBytes([1])), named: "x.npy")
    #expect(found?.code == (isRead ? nil : .npy))
    if !isRead { #expect(found?.message.contains("10,001 bytes; at most 10,000") ?? false) }
  }

  @Test(arguments: LimitTests.around)
  func axesOfNpy(_ beyond: Int, _ isRead: Bool) {
    let shape = "(" + String(repeating: "1, ", count: NpyHeader.rankLimit + beyond) + ")"
    #expect(read(npy(shape: shape, data: doubleBytes([1])), named: "x.npy")?.code == (isRead ? nil : .npy))
  }

  @Test(arguments: LimitTests.around)
  func headerOfSafetensors(_ beyond: Int, _ isRead: Bool) {
    let header = #"{"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#
    let padding = SafetensorsFile.headerLimit + beyond - header.utf8.count
    let bytes = safetensors(header + String(repeating: " ", count: padding), data: doubleBytes([1]))
    let found = diagnostic {
      let folder = try TemporaryFolder()
      _ = try ArrayArchive(path: folder.file("p.safetensors", bytes)).array(named: "x")
    }
    #expect(found?.code == (isRead ? nil : .safetensors))
  }

  /// Nothing of that size is inflated here: at the limit the few bytes are found to be too few, beyond it the size is.
  @Test(arguments: LimitTests.around)
  func inflatedArrays(_ beyond: Int, _ isBelow: Bool) {
    let part = ZipPart("a.npy", npy(shape: "(1,)", data: doubleBytes([1])), deflated: true)
      .with { $0.size = UInt32(NpzFile.inflatedLimit + beyond) }
    let found = diagnostic {
      let folder = try TemporaryFolder()
      _ = try ArrayArchive(path: folder.file("p.npz", zip([part]))).array(named: "a")
    }
    #expect(found?.code == .npz)
    #expect(found?.message.contains(isBelow ? "compressed bytes can't hold" : "at most 2,147,483,648") ?? false)
  }

  /// What isn't JSON at its first byte, so that only the size is looked at.
  @Test(arguments: LimitTests.around)
  func sizeOfJSON(_ beyond: Int, _ isBelow: Bool) {
    let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: JSONArrays.sizeLimit + beyond)
    let found = diagnostic {
      let folder = try TemporaryFolder()
      _ = try ArrayArchive(path: folder.file("p.json", bytes))
    }
    #expect(found?.code == .json)
    #expect(found?.message.contains(isBelow ? "1:1" : "at most 67,108,864") ?? false)
  }

  /// A table has no limits of its own: a line of a hundred thousand cells, a cell of a hundred thousand digits.
  @Test func tablesOfAnyWidth() throws {
    let folder = try TemporaryFolder()
    let wide = Array(repeating: "1.5", count: 100_000).joined(separator: ",")
    let array = try ArrayFile.read(path: folder.file("wide.csv", wide + "\n" + wide + "\n"))
    #expect(array.shape == [2, 100_000])
    let long = "0." + String(repeating: "3", count: 100_000)
    #expect(try ArrayFile.read(path: folder.file("long.csv", long + "\n1\n")).doubles() == [1.0 / 3, 1])
  }
}
