import Foundation

/// docs/energy.1, made from what the program says of its commands.
enum ManualPage {
  static var text: String {
    get throws {
      let outcome = try Program.run(["--experimental-dump-help"], in: root)
      return roff(try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8)).command)
    }
  }

  private struct Document: Decodable { let command: Command }

  private struct Command: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let arguments: [Argument]?
    let subcommands: [Command]?

    var options: [Argument] { (arguments ?? []).filter { $0.shouldDisplay && $0.kind != "positional" } }
    var positionals: [Argument] { (arguments ?? []).filter { $0.shouldDisplay && $0.kind == "positional" } }
  }

  private struct Argument: Decodable, Hashable {
    struct Name: Decodable, Hashable {
      let kind: String
      let name: String
      var text: String { kind == "long" ? "--" + name : "-" + name }
    }
    let kind: String
    let abstract: String?
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let isOptional: Bool
    let isRepeating: Bool
    let shouldDisplay: Bool

    /// `--dtype f64|f32`.
    var head: String {
      let names = (names ?? []).map { "\\fB" + escaped($0.text) + "\\fR" }.joined(separator: ", ")
      if kind == "flag" { return names }
      return names + " \\fI" + escaped(value) + "\\fR"
    }

    var value: String { allValues?.joined(separator: "|") ?? valueName ?? "value" }
  }

  private static func roff(_ program: Command) -> String {
    let commands = (program.subcommands ?? []).filter { $0.commandName != "help" }
    // Options of several commands are described once.
    var uses: [Argument: Int] = [:]
    for command in commands { for option in command.options { uses[option, default: 0] += 1 } }
    let isShared = { (option: Argument) in uses[option, default: 0] > 2 }
    var shared: [Argument] = []
    for option in commands.flatMap(\.options) where isShared(option) && !shared.contains(option) {
      shared.append(option)
    }
    var lines = [
      ".\\\" Made from the program by the tests: make golden.",
      ".TH ENERGY 1 \"\" \"energy\" \"User Commands\"",
      ".SH NAME", "energy \\- " + escaped((program.abstract ?? "").trimmingCharacters(in: ["."])),
      ".SH SYNOPSIS", "\\fBenergy\\fR [\\fIcommand\\fR] [\\fIoptions\\fR] [\\fIfile\\fR]",
      ".SH DESCRIPTION", ".nf",
    ]
    lines += (program.discussion ?? "").split(separator: "\n", omittingEmptySubsequences: false).map { line($0) }
    lines += [".fi", ".SH COMMANDS"]
    for command in commands {
      let positionals = command.positionals.map { argument in
        let name = "\\fI" + escaped(argument.valueName ?? "") + "\\fR" + (argument.isRepeating ? " ..." : "")
        return " " + (argument.isOptional ? "[" + name + "]" : name)
      }
      lines += [".SS energy \(command.commandName)", line(command.abstract ?? "")]
      if let discussion = command.discussion {
        lines +=
          [".PP", ".nf"] + discussion.split(separator: "\n", omittingEmptySubsequences: false).map { line($0) } + [
            ".fi"
          ]
      }
      lines += [".PP", "\\fBenergy " + escaped(command.commandName) + "\\fR [\\fIoptions\\fR]" + positionals.joined()]
      for option in command.options where !isShared(option) { lines += described(option) }
    }
    lines += [".SH OPTIONS", "Those of several commands."]
    for option in shared { lines += described(option) }
    lines += [
      ".SH ENVIRONMENT", ".TP", "\\fBNO_COLOR\\fR, \\fBTERM=dumb\\fR", "No colour in messages.",
      ".SH EXIT STATUS", ".TP", "0", "Done.", ".TP", "1", "The program or its data is wrong, or a check failed.", ".TP",
      "2", "The command line is wrong.", ".TP", "3",
      "Something asked for is missing on this computer, or not built yet.",
      ".TP", "70", "A defect of energy.", ".TP", "130", "Interrupted.",
      ".SH SEE ALSO",
      "\\fBenergy explain std\\fR lists the standard library, \\fBenergy explain\\fR the codes of messages.",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func described(_ option: Argument) -> [String] {
    let value = option.defaultValue.map { " (default: \(escaped($0)))" } ?? ""
    return [".TP", option.head, line(option.abstract ?? "") + (option.kind == "flag" ? "" : value)]
  }

  /// A line of text; a point or an apostrophe at its beginning would be a request.
  private static func line(_ text: some StringProtocol) -> String {
    let text = escaped(String(text))
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&" + text : text
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "\\": "\\e"
      case "-": "\\-"
      case _ where scalar.isASCII: String(scalar)
      default: "\\[u" + String(format: "%04X", scalar.value) + "]"
      }
    }.joined()
  }
}
