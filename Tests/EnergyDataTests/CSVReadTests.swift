import EnergyData
import EnergyText
import Testing

@Suite struct CSVReadTests {
  func read(_ text: String) throws -> ArrayFile { try ArrayFile.read(bytes: Array(text.utf8), name: "x.csv") }

  @Test(arguments: [
    "1,2,3\n4,5,6\n", "1,2,3\n4,5,6", "1;2;3\r\n4;5;6\r\n", "1\t2\t3\n4\t5\t6\n", "1 2 3\n4 5 6\n",
    "  1   2 3 \n\t4\t5 6  \n\n", "\u{feff}1,2,3\n4,5,6\n\n\n", "# a comment, here\n1, 2 ,3 # six\n\n4,5,6\n#end",
    "\"1\",\"2\",\" 3 \"\n4,5,6\n", "a,b,c\n1,2,3\n4,5,6\n", "\"a \"\"x\"\"\";\"b;c\";c\n1;2;3\n4;5;6\n",
    "a b c\n1 2 3\n4 5 6\n", "1,2,3\r4,5,6\r", "+1,2.,.3e1\n4e0,0.5E+1,600e-2\n",
  ])
  func readsTables(text: String) throws {
    let array = try read(text)
    #expect(array.shape == [2, 3])
    #expect(array.doubles() == [1, 2, 3, 4, 5, 6])
    #expect(array.dtype == .f64)
  }

  @Test func reportsAHeader() throws {
    let array = try read("sepal length (cm),\"a,b\",\n1,2,3\n")
    #expect(array.source == .csv(separator: .comma, columns: ["sepal length (cm)", "a,b", ""]))
    #expect(array.remarks.map(\.message) == ["x.csv: line 1 is a header: sepal length (cm), a,b, "])
    #expect(try read("1,2\n").remarks.isEmpty)
    let counted = try read("0,1,2\n0.5,0.25,3\n")
    #expect(counted.shape == [2, 3])
    #expect(counted.remarks.map(\.severity) == [.warning])
  }

  @Test func readsOneColumn() throws {
    #expect(try read("1\n2\n3\n").shape == [3, 1])
    #expect(try read("energy\n1\n2\n").shape == [2, 1])
    let named = try read("# c\nmy energy (kJ)\n1\n2\n")
    #expect(named.source == .csv(separator: .comma, columns: ["my energy (kJ)"]))
    #expect(named.shape == [2, 1])
  }

  @Test func readsNamesOfNumbers() throws {
    let values = try read("inf,-Infinity,NaN,-inf\n+INF,nan,1e999,-1e-999\n").doubles()
    #expect(values[0] == .infinity && values[1] == -.infinity && values[2].isNaN && values[3] == -.infinity)
    #expect(values[4] == .infinity && values[5].isNaN && values[6] == .infinity && values[7] == 0)
  }

  @Test func roundsAsTheStandardLibraryDoes() throws {
    var random = SplitMix(state: 7)
    var texts = [
      "9007199254740993", "9007199254740992.5", "1e22", "1e23", "123456789012345678901234567890", "0.1",
      "2.2250738585072011e-308",
      "4.9e-324", "1.7976931348623157e308", "0.00000000000000000000000000000000000001234", "8.5e-23", "000012.50",
    ]
    for _ in 0..<2000 {
      let value = Double(bitPattern: random.next())
      if value.isFinite { texts.append("\(value)") }
      texts.append(
        "\(Int64.random(in: -1_000_000...1_000_000, using: &random)).\(UInt32.random(in: 0...99_999, using: &random))")
    }
    let values = try read(texts.joined(separator: "\n")).doubles()
    #expect(values.count == texts.count)
    for (text, value) in zip(texts, values) { #expect(Double(text)?.bitPattern == value.bitPattern, "\(text)") }
  }

  static let broken: [(String, String, String)] = [
    ("", "E-csv", "x.csv: the file is empty"),
    ("\n \n# only\n", "E-csv", "x.csv: the file holds no numbers, only blank lines or comments"),
    ("a,b\n", "E-csv", "x.csv: there are no rows below the header in line 1"),
    ("1,2\n3,abc\n", "E-csv", "x.csv:2:3: 'abc' is not a number"),
    ("# c\n1,2\n\n3, 1.2.3\n", "E-csv", "x.csv:4:4: '1.2.3' is not a number"),
    ("1,2\n3,\n", "E-csv", "x.csv:2:3: the cell is empty"),
    ("1,,2\n", "E-csv", "x.csv:1:3: the cell is empty"),
    ("1,b\n2,3\n", "E-csv", "x.csv:1:3: 'b' is not a number"),
    ("5.1,3.5,setosa\n", "E-csv", "x.csv:1:9: 'setosa' is not a number"),
    ("1,2\n\"é\",0x10\n", "E-csv", "x.csv:2:2: 'é' is not a number"),
    ("1,2\nü,é,0\n", "E-csv", "x.csv:2:1: 'ü' is not a number"),
    ("1,2\n1,0x10\n", "E-csv", "x.csv:2:3: '0x10' is not a number"),
    ("1,2\n1,1e\n", "E-csv", "x.csv:2:3: '1e' is not a number"),
    ("1,2\n1,1 2\n", "E-csv", "x.csv:2:3: '1 2' is not a number"),
    ("1,2\n1,\"2\n", "E-csv", "x.csv:2:4: the quote that opens here isn't closed"),
    ("1,2\n1,\u{1b}[31m\n", "E-csv", "x.csv:2:3: '\\u{1B}[31m' is not a number"),
    ("1,2\n3\n", "E-ragged", "x.csv:2: this row has 1 cell, the first has 2"),
    ("a,b\n1,2\n1,2,3\n", "E-ragged", "x.csv:3: this row has 3 cells, the header has 2"),
  ]

  @Test(arguments: broken)
  func refuses(text: String, code: String, message: String) throws {
    let error = try #require(diagnostic { _ = try read(text) })
    #expect(error.code.name == code)
    #expect(error.message == message)
  }

  @Test func showsTheLineAndWhatToDo() throws {
    let error = try #require(diagnostic { _ = try read("1;2\n1,5;3\n") })
    #expect(error.notes.map(\.message) == ["line 2: 1,5;3"])
    #expect(error.hints.map(\.message) == ["write decimal points instead of commas"])
    let long = try #require(
      diagnostic { _ = try read(String(repeating: "1,", count: 1000) + "oops," + String(repeating: "1,", count: 1000)) }
    )
    #expect(long.notes.allSatisfy { $0.message.count < 130 })
    #expect(long.notes.first?.message.contains("oops") == true)
    #expect(diagnostic { _ = try read("1,NA\n") }?.hints.first?.message == "write nan for a missing value")
  }

  @Test(arguments: [[0xff, 0xfe, 0x31, 0x00], [0xfe, 0xff, 0x00, 0x31]] as [[UInt8]])
  func refusesUTF16(content: [UInt8]) throws {
    #expect(diagnostic { _ = try ArrayFile.read(bytes: content, name: "x") }?.message == "x: this is UTF-16 text")
  }

  @Test func mapsFilesByExtension() throws {
    let folder = try TemporaryFolder()
    for name in ["x.csv", "x.tsv", "x.txt", "x.CSV", "noextension"] {
      #expect(try ArrayFile.read(path: folder.file(name, "1,2\n")).shape == [1, 2])
    }
    let error = diagnostic {
      _ = try ArrayFile.read(path: folder.file("y.csv", npy(shape: "(1,)", data: doubleBytes([1]))))
    }
    #expect(error?.hints.first?.message == "give it the extension .npy")
  }

  @Test func survivesMutations() throws {
    var random = SplitMix(state: 2)
    let sound = Array("# head\r\na,\"b\"\"\",c\n1,2.5,-3e2\n\"4\",nan,.5 # c\n\n7,inf,9007199254740993\n".utf8)
    let alphabet = Array("0123456789.eE+-,;\t \"\n\r#xna".utf8)
    var accepted = 0
    for _ in 0..<2000 {
      var content = sound
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let position = Int.random(in: 0..<content.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: content[position] = UInt8.random(in: 0...255, using: &random)
        case 1: content.remove(at: position)
        case 2: content.insert(alphabet[Int.random(in: 0..<alphabet.count, using: &random)], at: position)
        default: content[position] = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
        }
      }
      do {
        let array = try ArrayFile.read(bytes: content, name: "x.csv")
        #expect(array.doubles().count == array.count)
        accepted += 1
      } catch {
        #expect(error is Diagnostic)
      }
    }
    #expect(accepted > 0)
  }
}
