import EnergyText
import Testing

@testable import EnergyDriver

/// One promise of the language with a program that shows it.
struct Sentence: CustomTestStringConvertible, Sendable {
  /// What a program comes to.
  enum Outcome: Sendable {
    /// The lines it prints.
    case prints([String])
    /// The numbers it prints, to 12 digits.
    case values([Double])
    /// An error of a code whose rendered text holds some words.
    case refuses(String, [String])
    /// A note or warning of a code beside its result.
    case remarks(String, [String])
  }

  let promise: String
  let program: String
  let outcome: Outcome
  var files: [String: String] = [:]
  var settings: [String: String] = [:]
  var dims: [String: Int] = [:]
  var form = Session.Form.file

  var testDescription: String { promise }

  init(_ promise: String, _ program: String, _ outcome: Outcome) {
    self.promise = promise
    self.program = program
    self.outcome = outcome
  }

  /// A program that prints.
  init(_ promise: String, _ program: String, prints lines: String...) {
    self.init(promise, program, .prints(lines))
  }

  /// A program that prints numbers.
  init(_ promise: String, _ program: String, gives values: Double...) {
    self.init(promise, program, .values(values))
  }

  /// A program in error.
  init(_ promise: String, _ program: String, refused code: String, _ words: String...) {
    self.init(promise, program, .refuses(code, words))
  }

  /// A program with a note or a warning.
  init(_ promise: String, _ program: String, remark code: String, _ words: String...) {
    self.init(promise, program, .remarks(code, words))
  }

  func with(_ change: (inout Sentence) -> Void) -> Sentence {
    var copy = self
    change(&copy)
    return copy
  }

  /// Runs the program and compares.
  func check() {
    let session = session(program, form: form, set: settings, dims: dims, files: files)
    var diagnostics = session.diagnostics
    var lines: [String] = []
    if !session.hasErrors {
      do {
        lines = try session.printed()
      } catch let several as Diagnostics {
        diagnostics += several.all
      } catch let diagnostic as Diagnostic {
        diagnostics.append(diagnostic)
      } catch {
        Issue.record("\(error)")
      }
    }
    let text = TextRenderer(sources: session.sources).render(diagnostics)
    let errors = diagnostics.filter { $0.severity == .error }
    switch outcome {
    case .prints(let expected):
      #expect(errors.isEmpty, "\(text)")
      #expect(lines == expected)
    case .values(let expected):
      #expect(errors.isEmpty, "\(text)")
      let numbers = lines.flatMap { line in
        line.split { "[], ".contains($0) }.map { Double($0) ?? .nan }
      }
      #expect(numbers.count == expected.count, "\(lines)")
      for (number, wanted) in zip(numbers, expected) {
        #expect(number == wanted || abs(number - wanted) <= 1e-12 * (1 + abs(wanted)), "\(lines)")
      }
    case .refuses(let code, let words): expect(errors, code, words, text)
    case .remarks(let code, let words):
      #expect(errors.isEmpty, "\(text)")
      expect(diagnostics, code, words, text)
    }
  }

  private func expect(_ diagnostics: [Diagnostic], _ code: String, _ words: [String], _ text: String) {
    #expect(diagnostics.contains { $0.code.name == code }, "\(text)")
    for word in words { #expect(text.contains(word), "'\(word)' is missing in\n\(text)") }
  }
}
