import EnergyData
import EnergyText
import Testing

@Suite struct NpzTests {
  static let doubles = npy(shape: "(2, 2)", data: doubleBytes([1, 2, 3, 4.5]))
  static let integers = npy(descr: "'<i8'", shape: "(3,)", data: bytes([Int64(7), -1, 0]))
  static let parts = [ZipPart("W.npy", doubles), ZipPart("layer.b.npy", integers, deflated: true)]

  func open(_ content: [UInt8]) throws -> ArrayArchive {
    try ArrayArchive(bytes: content, name: "p.npz", format: .npz)
  }

  @Test(arguments: ["", "a comment"])
  func readsStoredAndDeflatedArrays(comment: String) throws {
    let archive = try open(zip(Self.parts, comment: comment))
    #expect(archive.names == ["W", "layer.b"])
    let weights = try archive.array(named: "W")
    #expect(weights.shape == [2, 2])
    #expect(weights.doubles() == [1, 2, 3, 4.5])
    let bias = try archive.array(named: "layer.b")
    #expect(bias.shape == [3])
    #expect(bias.doubles() == [7, -1, 0])
    #expect(bias.storesIntegers)
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func readsWhatNumpyWrites(file: String) throws {
    let archive = try ArrayArchive(path: written(file))
    #expect(archive.names == ["W", "b", "scale", "order", "F", "half"])
    let weights = try archive.array(named: "W")
    #expect(weights.shape == [3, 4])
    #expect(weights.doubles() == (0..<12).map { Double($0) / 8 - 0.5 })
    #expect(try archive.array(named: "b").doubles() == [0.25, -1.5, 3])
    #expect(try archive.array(named: "b").dtype == .f32)
    let scale = try archive.array(named: "scale")
    #expect(scale.shape == [])
    #expect(scale.doubles() == [2.5])
    #expect(try archive.array(named: "order").doubles() == [3, 1, 2, 0])
    #expect(try archive.array(named: "F").doubles() == [1, 2, 3, 4])
    #expect(try archive.array(named: "half").doubles() == [1, -0.5, 65504])
  }

  @Test func mapsStoredArraysThatAreAligned() throws {
    let folder = try TemporaryFolder()
    let header = npy(shape: "(2, 2)", data: []).count
    // 30 bytes of a local header, the name, 4 bytes of an extra field, the array's own header.
    let padding = (8 - (30 + 5 + 4 + header) % 8) % 8
    let content = npy(shape: "(2, 2)", padding: padding, data: doubleBytes([1, 2, 3, 4]))
    let path = try folder.file("p.npz", zip([ZipPart("W.npy", content)]))
    let array = try ArrayFile.read(path: path)
    #expect(array.isMapped)
    #expect(array.doubles() == [1, 2, 3, 4])
  }

  @Test func oneArrayNeedsNoName() throws {
    let array = try ArrayFile.read(path: written("single.npz"))
    #expect(array.shape == [3, 2])
    #expect(array.doubles() == [1, 2, 3, 4, 5, 6])
    // Also without an extension, as from a pipe.
    let piped = try ArrayFile.read(bytes: zip([ZipPart("X.npy", Self.doubles)]), name: "<standard input>")
    #expect(piped.doubles() == [1, 2, 3, 4.5])
  }

  @Test func otherFilesDontConcernUs() throws {
    let archive = try open(zip([ZipPart("notes.txt", [1, 2]), Self.parts[0], ZipPart("folder/", [])]))
    #expect(archive.names == ["W"])
  }

  @Test func namesThatAreMissingListWhatIsThere() throws {
    let archive = try open(zip(Self.parts))
    let unnamed = diagnostic { _ = try archive.array(named: nil) }
    #expect(unnamed?.code == .entry)
    #expect(unnamed?.message == "p.npz holds 2 arrays, and none is named")
    #expect(unnamed?.hints.map(\.message) == ["its arrays: W, layer.b"])
    let mistyped = diagnostic { _ = try archive.array(named: "layer.d") }
    #expect(mistyped?.message == "p.npz has no array 'layer.d'; did you mean 'layer.b'?")
    let many = try open(zip((1...30).map { ZipPart("a\($0).npy", Self.doubles) }))
    let hint = diagnostic { _ = try many.array(named: "b") }?.hints.first?.message
    #expect(hint?.hasSuffix("a12, … (30 in all)") == true)
  }

  struct Damage: CustomTestStringConvertible, Sendable {
    var content: [UInt8]
    var code: DiagnosticCode = .npz
    var message: String
    var testDescription: String { message }
  }

  static func damaged(_ message: String, _ code: DiagnosticCode = .npz, _ change: (inout ZipPart) -> Void) -> Damage {
    Damage(content: zip([parts[1].with(change)]), code: code, message: message)
  }

  static let damages: [Damage] = [
    Damage(content: [], message: "p.npz: the file is empty"),
    Damage(content: Array("a,b\n1,2\n".utf8), message: "p.npz: not a .npz file: it isn't a zip archive"),
    Damage(content: doubles, message: "p.npz: this is a .npy file"),
    Damage(content: zip(parts).dropLast(3), message: "p.npz: the archive has no directory at its end"),
    Damage(content: zip([]), message: "p.npz: the archive holds no arrays"),
    Damage(content: zip([ZipPart("a.txt", [1])]), message: "p.npz: the archive holds no arrays"),
    Damage(content: zip([parts[0], parts[0]]), message: "p.npz: two arrays have the same name"),
    Damage(content: [0] + zip(parts), message: "p.npz: its directory lies outside of the file"),
    damaged("p.npz: 'layer.b.npy' is called 'other.b.npy' where it lies") { $0.localName = "other.b.npy" },
    damaged("p.npz (layer.b): the array is encrypted", .unsupportedFormat) { $0.flags = 1 },
    damaged("p.npz (layer.b): the array is compressed by method 12", .unsupportedFormat) { $0.method = 12 },
    damaged("p.npz (layer.b): it is stored as it is, yet under two sizes") { $0.method = 0 },
    damaged("p.npz (layer.b): the bytes are damaged: their checksum isn't the one") { $0.checksum ^= 1 },
    damaged("p.npz (layer.b): the compressed bytes hold less than the archive says") { $0.size += 1 },
    damaged("p.npz (layer.b): the compressed bytes hold more than the archive says") { $0.size -= 1 },
    damaged("p.npz (layer.b): the compressed bytes are damaged") { $0.content[0] = 7 },
    damaged("p.npz (layer.b): the compressed bytes hold less") { $0.content.append(0) },
    damaged("p.npz (layer.b): \(parts[1].content.count) compressed bytes can't hold 1,000,000") { $0.size = 1_000_000 },
    damaged("p.npz (layer.b): the array has 2,147,483,649 bytes; at most 2,147,483,648 are") { $0.size = 1 << 31 + 1 },
    damaged("p.npz: entry 1 of its directory says no size that the file has room for") { $0.size = .max },
    Damage(
      content: zip([ZipPart("W.npy", npy(descr: "'<c16'", shape: "()", data: []))]), code: .dtype,
      message: "p.npz (W): the elements are complex numbers"),
    Damage(
      content: zip([ZipPart("W.npy", doubles.dropLast(1))]), code: .npy,
      message: "p.npz (W): header says (2, 2) f64 = 32 bytes, the file holds 31"),
  ]

  @Test(arguments: NpzTests.damages)
  func damageIsSaid(_ damage: Damage) throws {
    let found = diagnostic {
      let archive = try open(damage.content)
      for name in archive.names { _ = try archive.array(named: name) }
    }
    #expect(found?.code == damage.code)
    #expect(found?.message.hasPrefix(damage.message) == true, "\(found?.message ?? "nothing")")
  }

  @Test func archivesOfSeveralPartsAreRefused() throws {
    var split = zip(Self.parts)
    split[split.count - 18] = 1
    #expect(diagnostic { _ = try open(split) }?.message == "p.npz: this is one part of an archive that was split")
    let whole = zip(Self.parts)
    let locator: [UInt8] = [0x50, 0x4b, 6, 7] + [UInt8](repeating: 0, count: 16)
    let error = diagnostic { _ = try open(whole.dropLast(22) + locator + whole.suffix(22)) }
    #expect(error?.message == "p.npz: its zip64 directory is damaged")
  }

  /// What numpy writes where numbers are too long for the plain form.
  @Test(arguments: ["zip64.npz", "zip64_deflated.npz"])
  func readsZip64(file: String) throws {
    let archive = try ArrayArchive(path: written(file))
    #expect(archive.names == ["W", "b"])
    #expect(try archive.array(named: "W").doubles() == (0..<12).map { Double($0) / 8 - 0.5 })
    #expect(try archive.array(named: "b").doubles() == [0.25, -1.5, 3])
    let outcome = mutations(of: try contents(of: written(file)), seed: 11) { try readAll($0, .npz) }
    #expect(outcome.other.isEmpty)
  }

  /// Every field of the long records, damaged: nothing is read outside of the file, and nothing else is read.
  @Test func damagedZip64IsRefused() throws {
    let sound = try contents(of: written("zip64.npz"))
    let record = sound.count - 22 - 20 - 56
    #expect(Array(sound[record..<record + 4]) == [0x50, 0x4b, 6, 6])
    let places = [4, 16, 20, 24, 32, 40, 48].map { record + $0 } + [sound.count - 22 - 12]
    for place in places {
      for value: UInt8 in [1, 0x7f, 0xff] {
        var content = sound
        content[place] ^= value
        #expect(diagnostic { try readAll(content, .npz) }?.code == .npz, "byte \(place - record)")
        content = sound
        // The highest byte: numbers beyond all files.
        content[place + (place == record + 16 || place == record + 20 ? 3 : 7)] = value
        #expect(diagnostic { try readAll(content, .npz) }?.code == .npz, "byte \(place - record), high")
      }
    }
  }

  /// Two entries of the directory that share one copy of the bytes: how archives unfold beyond all bounds.
  @Test func entriesMayNotOverlap() throws {
    let first = zip([Self.parts[0]])
    let directory = Array(first.dropLast(22).suffix(46 + 5))
    var second = directory
    second[46] = UInt8(ascii: "V")
    let content = Array(first.dropLast(22 + directory.count))
    let end =
      [0x50, 0x4b, 5, 6] + bytes([UInt16(0), 0, 2, 2]) + bytes([UInt32(2 * directory.count), UInt32(content.count)])
      + [0, 0]
    let archive = try open(content + directory + second + end)
    #expect(throws: Diagnostic.self) { _ = try archive.array(named: "W") }
  }

  @Test func survivesMutations() throws {
    let ours = mutations(of: zip(Self.parts), seed: 2) { try readAll($0, .npz) }
    #expect(ours.other.isEmpty)
    #expect(ours.accepted > 0)
    let theirs = mutations(of: try contents(of: written("deflated.npz")), seed: 7) { try readAll($0, .npz) }
    #expect(theirs.other.isEmpty)
  }

  /// Checksums guard real archives; without them damaged streams reach zlib and the array's own header.
  @Test func survivesMutationsOfContent() throws {
    let plain = Self.integers
    let outcome = mutations(of: storedBlock(plain), seed: 3) { stream in
      let part = ZipPart("a.npy", plain, deflated: true).with { $0.content = stream }
      try readAll(zip([part]), .npz)
    }
    #expect(outcome.other.isEmpty)
    let headers = mutations(of: plain, seed: 4) { try readAll(zip([ZipPart("a.npy", $0, deflated: true)]), .npz) }
    #expect(headers.other.isEmpty)
    #expect(headers.accepted > 0)
  }
}
