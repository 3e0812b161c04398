import EnergyData
import EnergyText
import Testing

@Suite struct NpyReadTests {
  let values: [Double] = [0, -0.0, 1.5, .infinity, .leastNonzeroMagnitude, -1e300]

  @Test(arguments: [UInt8(1), 2, 3])
  func mapsNativeDoubles(version: UInt8) throws {
    let folder = try TemporaryFolder()
    // Padded as NumPy pads, so that the elements are aligned.
    let short = npy(shape: "(2, 3)", version: version, data: []).count
    let path = try folder.file(
      "x.npy", npy(shape: "(2, 3)", version: version, padding: 128 - short, data: doubleBytes(values)))
    let array = try ArrayFile.read(path: path)
    #expect(array.shape == [2, 3])
    #expect(array.dtype == .f64)
    #expect(array.isMapped)
    #expect(array.doubles().map(\.bitPattern) == values.map(\.bitPattern))
    #expect(array.source == .npy(dtype: "<f8", fortranOrder: false, version: Int(version)))
    array.prefault()
  }

  @Test(arguments: 0..<8)
  func readsUnalignedElements(padding: Int) throws {
    let array = try ArrayFile.read(bytes: npy(shape: "(6,)", padding: padding, data: doubleBytes(values)), name: "x")
    #expect(array.shape == [6])
    #expect(array.doubles() == values)
  }

  struct Case: CustomStringConvertible, Sendable {
    var descr: String
    var data: [UInt8]
    var expected: [Double]
    var dtype = ElementType.f64
    var description: String { descr }
  }

  static let cases: [Case] = [
    Case(descr: "'>f8'", data: doubleBytes([1.5, -2, 1e-9], bigEndian: true), expected: [1.5, -2, 1e-9]),
    Case(descr: "'=f8'", data: doubleBytes([1.5, -2, 1e-9]), expected: [1.5, -2, 1e-9]),
    Case(descr: "'<f4'", data: floatBytes([1.5, -2, 0.1]), expected: [1.5, -2, Double(Float(0.1))], dtype: .f32),
    Case(
      descr: "'>f4'", data: floatBytes([1.5, -2, 0.1], bigEndian: true), expected: [1.5, -2, Double(Float(0.1))],
      dtype: .f32),
    // Half precision: 1, the smallest subnormal, the largest number.
    Case(descr: "'<f2'", data: bytes([UInt16(0x3c00), 0x0001, 0x7bff]), expected: [1, 0x1p-24, 65504]),
    Case(
      descr: "'>f2'", data: bytes([UInt16(0xbc00), 0xfc00, 0x8400], bigEndian: true),
      expected: [-1, -.infinity, -0x1p-14]),
    Case(descr: "'|b1'", data: [0, 1, 1], expected: [0, 1, 1]),
    Case(descr: "'|i1'", data: [0x80, 0xff, 0x7f], expected: [-128, -1, 127]),
    Case(descr: "'|u1'", data: [0, 0x80, 0xff], expected: [0, 128, 255]),
    Case(descr: "'<i2'", data: bytes([Int16(-2), 3, .min]), expected: [-2, 3, -32768]),
    Case(descr: "'>u2'", data: bytes([UInt16(2), 3, .max], bigEndian: true), expected: [2, 3, 65535]),
    Case(descr: "'<i4'", data: bytes([Int32(-2), 3, .min]), expected: [-2, 3, -2_147_483_648]),
    Case(descr: "'<u4'", data: bytes([UInt32(2), 3, .max]), expected: [2, 3, 4_294_967_295]),
    Case(
      descr: "'>i8'", data: bytes([Int64(-2), 1 << 53, -(1 << 53)], bigEndian: true), expected: [-2, 0x1p53, -0x1p53]),
    Case(descr: "'<u8'", data: bytes([UInt64(2), 3, 1 << 53]), expected: [2, 3, 0x1p53]),
  ]

  @Test(arguments: cases)
  func converts(_ sample: Case) throws {
    let array = try ArrayFile.read(bytes: npy(descr: sample.descr, shape: "(3,)", data: sample.data), name: "x")
    #expect(array.doubles() == sample.expected)
    #expect(array.dtype == sample.dtype)
    #expect(array.storesIntegers == sample.descr.contains(where: { "iub".contains($0) }))
  }

  @Test func reordersFortran() throws {
    // a[i, j, k] = 100 i + 10 j + k, first index fastest.
    var stored: [Double] = []
    for k in 0..<4 { for j in 0..<3 { for i in 0..<2 { stored.append(Double(100 * i + 10 * j + k)) } } }
    var expected: [Double] = []
    for i in 0..<2 { for j in 0..<3 { for k in 0..<4 { expected.append(Double(100 * i + 10 * j + k)) } } }
    let array = try ArrayFile.read(
      bytes: npy(fortran: "True", shape: "(2, 3, 4)", data: doubleBytes(stored)), name: "x")
    #expect(array.shape == [2, 3, 4])
    #expect(array.doubles() == expected)
    let integers = try ArrayFile.read(
      bytes: npy(descr: "'<i4'", fortran: "True", shape: "(2, 2)", data: bytes([Int32(1), 2, 3, 4])), name: "x")
    #expect(integers.doubles() == [1, 3, 2, 4])
    let floats = try ArrayFile.read(
      bytes: npy(descr: "'>f4'", fortran: "True", shape: "(2, 2)", data: floatBytes([1, 2, 3, 4], bigEndian: true)),
      name: "x")
    #expect(floats.doubles() == [1, 3, 2, 4])
    #expect(floats.dtype == .f32)
  }

  @Test(arguments: [
    ("()", [Int](), 1), ("(0,)", [0], 0), ("(3, 0)", [3, 0], 0), ("(4611686018427387904, 0)", [1 << 62, 0], 0),
  ])
  func readsScalarsAndEmptyArrays(shape: String, expected: [Int], count: Int) throws {
    for fortran in ["False", "True"] {
      let data = doubleBytes([Double](repeating: 7, count: count))
      let array = try ArrayFile.read(bytes: npy(fortran: fortran, shape: shape, data: data), name: "x")
      #expect(array.shape == expected)
      #expect(array.doubles().count == count)
    }
  }

  @Test(arguments: [
    "{\"shape\":(1,),\"descr\":\"<f8\",\"fortran_order\":False}",
    "{'fortran_order': False, 'shape': (1L,), 'descr': '<f8'}   ",
  ])
  func readsOtherSpellings(header: String) throws {
    #expect(
      try ArrayFile.read(bytes: npy(shape: "", header: header, data: doubleBytes([3])), name: "x").doubles() == [3])
  }

  @Test func saysWhatATruncatedFileShouldHold() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("x.npy", npy(shape: "(1000, 8)", data: [UInt8](repeating: 0, count: 51_200)))
    let error = diagnostic { _ = try ArrayFile.read(path: path) }
    #expect(error?.code == .npy)
    #expect(error?.message == "\(path): header says (1000, 8) f64 = 64,000 bytes, the file holds 51,200")
  }

  static let broken: [(String, [UInt8], String)] = [
    ("empty", [], "the file is empty"),
    ("magic", Array("hello, world".utf8), "doesn't start with"),
    ("zip", [0x50, 0x4b, 3, 4, 0, 0, 0, 0], "doesn't start with"),
    ("cut in the magic", Array(npy(shape: "(1,)", data: []).prefix(7)), "ends in its header"),
    ("cut in the length", Array(npy(shape: "(1,)", data: []).prefix(9)), "ends in its header"),
    ("cut in the header", Array(npy(shape: "(1,)", data: []).prefix(40)), "the file ends before that"),
    ("version", npy(shape: "(1,)", version: 9, data: []), "format version 9.0"),
    ("huge header", npy(shape: "(1,)", padding: 10_001, data: doubleBytes([1])), "at most 10,000"),
    ("trailing", npy(shape: "(1,)", data: doubleBytes([1, 2])), "= 8 bytes, the file holds 16"),
    ("overflow", npy(shape: "(4611686018427387904, 4611686018427387904)", data: []), "more elements than"),
    ("overflowing bytes", npy(shape: "(2305843009213693952,)", data: []), "too many bytes"),
    ("overflowing length", npy(shape: "(99999999999999999999,)", data: []), "too large"),
    ("negative", npy(shape: "(-1,)", data: []), "not negative"),
    ("rank", npy(shape: "(" + String(repeating: "1, ", count: 33) + ")", data: doubleBytes([1])), "33 axes"),
    ("no dictionary", npy(shape: "", header: "[]", data: []), "expected '{'"),
    ("missing key", npy(shape: "", header: "{'descr': '<f8', 'shape': (1,)}", data: []), "'fortran_order' is missing"),
    ("strange key", npy(shape: "", header: "{'x': 1}", data: []), "unexpected entry 'x'"),
    ("twice", npy(shape: "", header: "{'descr': '<f8', 'descr': '<f8'}", data: []), "unexpected entry 'descr'"),
    ("unclosed", npy(shape: "", header: "{'descr", data: []), "isn't closed"),
    ("text behind", npy(shape: "(1,)} {", data: []), "after the closing brace"),
    ("order", npy(fortran: "Maybe", shape: "(1,)", data: []), "True or False"),
  ]

  @Test(arguments: broken)
  func refusesBrokenFiles(name: String, content: [UInt8], message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("x.npy", content)
    let error = try #require(diagnostic { _ = try ArrayFile.read(path: path) })
    #expect(error.code == .npy)
    #expect(error.message.hasPrefix(path))
    #expect(error.message.contains(message), "\(error.message)")
  }

  @Test(arguments: [
    ("'<c16'", "complex"), ("'|O'", "objects"), ("'<U3'", "text"), ("'|S3'", "text"), ("'|V8'", "records"),
    ("[('a', '<f8')]", "records"), ("'<M8[ns]'", "dates"), ("'<f16'", "extended"), ("'x'", "unknown type"),
    ("''", "unknown type"),
  ])
  func refusesOtherElements(descr: String, message: String) throws {
    let content = npy(descr: descr, shape: "(1,)", data: doubleBytes([0]))
    let error = try #require(diagnostic { _ = try ArrayFile.read(bytes: content, name: "x.npy") })
    #expect(error.code == .dtype)
    #expect(error.message.contains(message), "\(error.message)")
  }

  @Test func refusesIntegersThatNoDoubleHolds() throws {
    let content = npy(
      descr: "'<i8'", fortran: "True", shape: "(2, 2)", data: bytes([Int64(1), 2, (1 << 53) + 1, 4]))
    let error = try #require(diagnostic { _ = try ArrayFile.read(bytes: content, name: "x.npy") })
    #expect(error.code == .dtype)
    #expect(error.message == "x.npy: entry [1, 2] is 9007199254740993, which a double can't hold exactly")
  }

  @Test func namesMissingFilesAndFolders() throws {
    let folder = try TemporaryFolder()
    let missing = diagnostic { _ = try ArrayFile.read(path: folder.path + "/none.npy") }
    #expect(missing?.code == .file)
    #expect(missing?.message == "\(folder.path)/none.npy: can't open the file: no such file or directory")
    #expect(diagnostic { _ = try ArrayFile.read(path: folder.path) }?.message.contains("folder") == true)
  }

  @Test(arguments: ["p.h5", "x.parquet"])
  func refusesOtherFormats(name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(name, "PK")
    #expect(diagnostic { _ = try ArrayFile.read(path: path) }?.code == .unsupportedFormat)
  }

  @Test func survivesMutations() throws {
    var random = SplitMix(state: 1)
    let sound = npy(fortran: "True", shape: "(2, 3)", data: doubleBytes(values))
    var accepted = 0
    for _ in 0..<2000 {
      var content = sound
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let position = Int.random(in: 0..<content.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: content[position] = UInt8.random(in: 0...255, using: &random)
        case 1: content.remove(at: position)
        case 2: content.insert(UInt8.random(in: 32...126, using: &random), at: position)
        default: content.removeLast(min(content.count - 1, Int.random(in: 1...20, using: &random)))
        }
      }
      do {
        let array = try ArrayFile.read(bytes: content, name: "x")
        _ = array.doubles().count
        accepted += 1
      } catch {
        #expect(error is Diagnostic)
      }
    }
    #expect(accepted > 0)
  }
}
