import ArgumentParser
import EnergyData
import EnergyDriver
import EnergySyntax
import EnergyText
import Glibc

/// `energy fmt FILE…`.
struct FmtCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Bring files into the one form of the language.",
    discussion: """
      energy fmt model.energy
      energy fmt --check *.energy          names what would change; exit status 1 if anything would
      energy fmt --unicode - < model.energy
      White space and spelling change, the meaning never; comments and line breaks stay. Files with errors are left alone.
      """)

  @Argument(
    help: "Files; - reads standard input and writes standard output.", completion: .file(extensions: ["energy"]))
  var files: [String]

  @Flag(help: "Change nothing; print the names of the files that would change.")
  var check = false

  @Flag(help: "Greek letters, superscripts and ≤ instead of mu, ^2 and <=.")
  var unicode = false

  @OptionGroup var output: OutputOptions

  func run() throws {
    let report = Report(output)
    try report.finish({ SourceMap() }) {
      var changed: [String] = []
      var failed = false
      for path in files {
        do {
          if try !format(path, report, &changed) { failed = true }
        } catch let diagnostic as Diagnostic {
          // The other files are formatted all the same.
          report.add([diagnostic], SourceMap())
        }
      }
      report.field("changed", .array(changed.map(JSON.string)))
      return failed || check && !changed.isEmpty ? .failure : .success
    }
  }

  /// Formats one file; `false` where it has errors.
  private func format(_ path: String, _ report: Report, _ changed: inout [String]) throws -> Bool {
    let isInput = path == "-"
    let name = isInput ? "<stdin>" : path
    let file = try isInput ? MappedFile(path: name, descriptor: STDIN_FILENO) : MappedFile(path: path)
    var sources = SourceMap()
    let source = SourceFile(name: name, bytes: file.withUnsafeBytes { Array($0) })
    let id = sources.add(source)
    let result = EnergySyntax.format(source, id: id, spelling: unicode ? .unicode : .ascii)
    report.add(result.diagnostics, sources)
    guard let bytes = result.bytes else { return false }
    if bytes != source.bytes {
      changed.append(name)
      if check {
        report.line(name)
      } else if !isInput {
        try AtomicFile.write(bytes, to: path)
      }
    }
    if isInput, !check {
      if report.isJSON {
        report.field("formatted", .string(String(decoding: bytes, as: UTF8.self)))
      } else {
        Console.out(bytes: bytes)
      }
    }
    return true
  }
}
