import EnergyData
import EnergyText
import Testing

@Suite struct SafetensorsTests {
  static let header =
    #"{"__metadata__":{"format":"pt"},"w":{"dtype":"F64","shape":[2,1],"data_offsets":[0,16]},"#
    + #""b":{"dtype":"F32","shape":[3],"data_offsets":[16,28]}}"#
  static let data = doubleBytes([1, -2.5]) + floatBytes([0.5, 3, -1])

  func open(_ content: [UInt8]) throws -> ArrayArchive {
    try ArrayArchive(bytes: content, name: "p.safetensors", format: .safetensors)
  }

  @Test(arguments: 0..<8)
  func readsWhereverTheElementsLie(padding: Int) throws {
    let archive = try open(safetensors(Self.header + String(repeating: " ", count: padding), data: Self.data))
    #expect(archive.names == ["w", "b"])
    let weights = try archive.array(named: "w")
    #expect(weights.shape == [2, 1])
    #expect(weights.dtype == .f64)
    #expect(weights.doubles() == [1, -2.5])
    let bias = try archive.array(named: "b")
    #expect(bias.dtype == .f32)
    #expect(bias.doubles() == [0.5, 3, -1])
    #expect(!bias.storesIntegers)
  }

  @Test func readsAndMapsWhatTheLibraryWrites() throws {
    let archive = try ArrayArchive(path: written("weights.safetensors"))
    #expect(
      Set(archive.names)
        == Set(["W", "b", "scale", "order", "F", "half", "brain", "flags"].map { "layer.\($0)" }))
    let weights = try archive.array(named: "layer.W")
    #expect(weights.shape == [3, 4])
    #expect(weights.isMapped)
    #expect(weights.doubles() == (0..<12).map { Double($0) / 8 - 0.5 })
    #expect(try archive.array(named: "layer.b").doubles() == [0.25, -1.5, 3])
    #expect(try archive.array(named: "layer.scale").shape == [])
    #expect(try archive.array(named: "layer.order").doubles() == [3, 1, 2, 0])
    #expect(try archive.array(named: "layer.order").storesIntegers)
    #expect(try archive.array(named: "layer.F").doubles() == [1, 2, 3, 4])
    #expect(try archive.array(named: "layer.half").doubles() == [1, -0.5, 65504])
    // The nearest number with eight significant bits.
    let brain = [1, -0.15625, Double(sign: .plus, exponent: 120, significand: 226)]
    #expect(try archive.array(named: "layer.brain").doubles() == brain)
    #expect(try archive.array(named: "layer.flags").doubles() == [1, 0, 1])
  }

  struct Element: CustomTestStringConvertible, Sendable {
    var dtype: String
    var data: [UInt8]
    var values: [Double]
    var testDescription: String { dtype }
  }

  static let elements: [Element] = [
    Element(dtype: "F64", data: doubleBytes([1.5, -.infinity]), values: [1.5, -.infinity]),
    Element(dtype: "F32", data: floatBytes([1.5, -2]), values: [1.5, -2]),
    Element(dtype: "F16", data: bytes([UInt16(0x3c00), 0x8001]), values: [1, -0x1p-24]),
    Element(dtype: "BF16", data: bytes([UInt16(0x3f80), 0xc040]), values: [1, -3]),
    Element(dtype: "I64", data: bytes([Int64(-5), 1 << 53]), values: [-5, 0x1p53]),
    Element(dtype: "I32", data: bytes([Int32.min, 3]), values: [-0x1p31, 3]),
    Element(dtype: "I16", data: bytes([Int16.min, 3]), values: [-0x1p15, 3]),
    Element(dtype: "I8", data: bytes([Int8.min, 3]), values: [-128, 3]),
    Element(dtype: "U64", data: bytes([UInt64(5), 1 << 53]), values: [5, 0x1p53]),
    Element(dtype: "U32", data: bytes([UInt32.max, 3]), values: [0x1p32 - 1, 3]),
    Element(dtype: "U16", data: bytes([UInt16.max, 3]), values: [65535, 3]),
    Element(dtype: "U8", data: [255, 3], values: [255, 3]),
    Element(dtype: "BOOL", data: [0, 1], values: [0, 1]),
  ]

  @Test(arguments: SafetensorsTests.elements)
  func readsEveryType(_ element: Element) throws {
    let header =
      "{\"x\":{\"dtype\":\"\(element.dtype)\",\"shape\":[2],\"data_offsets\":[0,\(element.data.count)]}}"
    let array = try open(safetensors(header, data: element.data)).array(named: nil)
    #expect(array.doubles() == element.values)
    #expect(array.storesIntegers == !element.dtype.contains("F"))
  }

  @Test func emptyArraysAreArrays() throws {
    let header = #"{"x":{"dtype":"F64","shape":[4611686018427387904,4611686018427387904,0],"data_offsets":[0,0]}}"#
    let array = try open(safetensors(header, data: [])).array(named: "x")
    #expect(array.count == 0)
    #expect(array.doubles() == [])
    let none = try open(safetensors("{}", data: []))
    #expect(diagnostic { _ = try none.array(named: nil) }?.message == "p.safetensors holds no arrays")
  }

  @Test func theHeaderHasALimit() throws {
    let pad = { String(repeating: " ", count: $0 - 2) }
    #expect(try open(safetensors("{}" + pad(1_000_000), data: [])).names == [])
    let error = diagnostic { _ = try open(safetensors("{}" + pad(1_000_001), data: [])) }
    #expect(error?.code == .safetensors)
    #expect(error?.message == "p.safetensors: the header claims 1000001 bytes; at most 1,000,000 are read")
    let huge = diagnostic { _ = try open(safetensors("{}", data: [], claimed: .max)) }
    #expect(huge?.message == "p.safetensors: the header claims 18446744073709551615 bytes; at most 1,000,000 are read")
  }

  static func one(_ entry: String, bytes count: Int = 16) -> [UInt8] {
    safetensors("{\"x\":\(entry)}", data: [UInt8](repeating: 0, count: count))
  }

  static let damages: [(content: [UInt8], message: String)] = [
    ([], "the file is empty"),
    ([1, 0, 0], "the file ends before its header"),
    (safetensors("{}", data: [], claimed: 3), "the header claims 3 bytes, the file holds 10"),
    (safetensors("{", data: []), "the header isn't sound JSON: expected a name in double quotes at byte 9"),
    (safetensors("{\"a\":1,\"a\":2}", data: []), "the header isn't sound JSON: the name 'a' stands twice at byte 15"),
    (safetensors("[]", data: []), "the header isn't a JSON object"),
    (one("{}"), "the header's entry 'x' lacks a dtype, a shape or two data_offsets"),
    (one(#"{"dtype":"F64","shape":[-2],"data_offsets":[0,16]}"#), "the header's entry 'x' lacks"),
    (one(#"{"dtype":"F64","shape":[2],"data_offsets":[0]}"#), "the header's entry 'x' lacks"),
    (one(#"{"dtype":"F64","shape":[2],"data_offsets":[0,17]}"#), "'x' lies at bytes 0 to 17 of 16"),
    (one(#"{"dtype":"F64","shape":[2],"data_offsets":[16,0]}"#), "'x' lies at bytes 16 to 0 of 16"),
    (one(#"{"dtype":"F64","shape":[3],"data_offsets":[0,16]}"#), "'x' says (3,) F64 = 24 bytes, it has 16"),
    (
      one(#"{"dtype":"F64","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,16]}"#),
      "'x' says (4294967296, 4294967296, 4294967296) F64 = too many bytes, it has 16"
    ),
    (
      one(#"{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}"#),
      "'x' says (2305843009213693952,) F64 = too many bytes, it has 0"
    ),
    (one(#"{"dtype":"F64","shape":[99999999999999999999],"data_offsets":[0,16]}"#), "the header's entry 'x' lacks"),
    (
      one("{\"dtype\":\"F64\",\"shape\":[1\(String(repeating: ",1", count: 32))],\"data_offsets\":[0,8]}"),
      "'x' has 33 axes; at most 32 are read"
    ),
    (one(#"{"dtype":"F64","shape":[1],"data_offsets":[8,16]}"#), "8 bytes before 'x' belong to no array"),
    (one(#"{"dtype":"F64","shape":[1],"data_offsets":[0,8]}"#), "8 bytes at the end belong to no array"),
    (
      one(#"{"dtype":"F64","shape":[2],"data_offsets":[0,16]},"y":{"dtype":"U8","shape":[1],"data_offsets":[15,16]}"#),
      "'x' and 'y' overlap"
    ),
  ]

  @Test(arguments: 0..<SafetensorsTests.damages.count)
  func damageIsSaid(_ index: Int) {
    let (content, message) = Self.damages[index]
    let found = diagnostic { _ = try open(content) }
    #expect(found?.code == .safetensors)
    #expect(found?.message.hasPrefix("p.safetensors: \(message)") == true, "\(found?.message ?? "nothing")")
  }

  @Test func arraysOfOtherTypesAreRefusedWhenTheyAreAskedFor() throws {
    let header =
      #"{"z":{"dtype":"C64","shape":[1],"data_offsets":[0,8]},"x":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}"#
    let archive = try open(safetensors(header, data: [0, 0, 0, 0, 0, 0, 0, 0, 7]))
    #expect(try archive.array(named: "x").doubles() == [7])
    let error = diagnostic { _ = try archive.array(named: "z") }
    #expect(error?.code == .dtype)
    #expect(error?.message == "p.safetensors (z): the elements are of type C64")
  }

  @Test func survivesMutations() throws {
    let ours = mutations(of: safetensors(Self.header, data: Self.data), seed: 5) { try readAll($0, .safetensors) }
    #expect(ours.other.isEmpty)
    #expect(ours.accepted > 0)
    let theirs = mutations(of: try contents(of: written("weights.safetensors")), seed: 8) {
      try readAll($0, .safetensors)
    }
    #expect(theirs.other.isEmpty)
  }
}
