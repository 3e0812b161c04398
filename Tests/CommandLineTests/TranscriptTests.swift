import Foundation
import Testing

@Suite struct TranscriptTests {
  static let folder = root.appendingPathComponent("Tests/Transcripts")
  static let names: [String] = {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { $0.hasSuffix(".txt") }.sorted()
  }()

  @Test func thereAreTranscripts() { #expect(Self.names.count >= 8) }

  @Test(arguments: TranscriptTests.names)
  func transcript(_ name: String) throws {
    let file = Self.folder.appendingPathComponent(name)
    let expected = try String(contentsOf: file, encoding: .utf8)
    let played = try withFolder { try Transcript(expected).played(in: $0) }
    if isRecording {
      // What differs from run to run alone is no reason for a new file.
      if stable(played) == stable(expected) { return }
      try played.write(to: file, atomically: true, encoding: .utf8)
    } else {
      expectSameLines(played, expected)
    }
  }
}

@Suite struct ExampleTests {
  static let names: [String] = {
    let folder = root.appendingPathComponent("examples")
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return all.filter { $0.hasSuffix(".energy") }.map { String($0.dropLast(7)) }.sorted()
  }()

  @Test func thereAreExamples() { #expect(Self.names.count >= 13) }

  @Test(arguments: ExampleTests.names)
  func example(_ name: String) throws {
    let expectedFile = root.appendingPathComponent("examples/expected/\(name).out")
    let outcome = try withFolder { try Program.run(["run", "examples/\(name).energy"], in: $0) }
    #expect(outcome.status == 0, "\(outcome.errors)")
    if isRecording {
      try FileManager.default.createDirectory(
        at: expectedFile.deletingLastPathComponent(), withIntermediateDirectories: true)
      try outcome.output.write(to: expectedFile, atomically: true, encoding: .utf8)
    } else {
      expectSameLines(outcome.output, try String(contentsOf: expectedFile, encoding: .utf8))
    }
  }
}

@Suite struct BackendTests {
  /// Whether or not this computer has a driver, nothing runs on a GPU yet, and the message says what to do instead.
  @Test func cudaIsRefused() throws {
    let outcome = try withFolder {
      try Program.run(
        ["eval", "-e", "sumsq(x)", "--backend", "cuda", "--input", "examples/data/plane.csv"], in: $0)
    }
    #expect(outcome.status == 3)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("error[E-no-gpu]") || outcome.errors.hasPrefix("error[E-not-built]"))
    #expect(outcome.errors.hasSuffix("= the same on the processor:  --backend auto\n"))
  }
}

/// Compares line by line, so that a failure names the line.
func expectSameLines(_ found: String, _ expected: String) {
  let left = stable(found).split(separator: "\n", omittingEmptySubsequences: false)
  let right = stable(expected).split(separator: "\n", omittingEmptySubsequences: false)
  for line in 0..<max(left.count, right.count) {
    let (ours, theirs) = (line < left.count ? left[line] : "<end>", line < right.count ? right[line] : "<end>")
    guard ours == theirs else {
      Issue.record("line \(line + 1) is\n  \(ours)\nand not\n  \(theirs)")
      return
    }
  }
}

/// The text without what depends on the processor's rounding: by how much differences are off, and where most.
private func stable(_ text: String) -> String {
  text.replacing(#/worst row \d+, off by \S+/#, with: "worst row …, off by …")
    .replacing(#/(?m)^(  \S.*?) +\d+ +[-+.e\d]+ +[-+.e\d]+ +[-+.e\d]+$/#) { "\($0.output.1) …" }
    .replacing(#/"coordinates": \[[^\]]*(?:\[[^\]]*\][^\]]*)*\]/#, with: "\"coordinates\": …")
    .replacing(#/"(read|evaluation|write)": [-+.e\d]+/#) { "\"\($0.output.1)\": …" }
}
