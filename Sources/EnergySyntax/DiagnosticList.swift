import EnergyText

/// Diagnostics of one pass: the first ones are kept, the rest are counted, so that a megabyte of mistakes costs no
/// more than the stated number of messages.
struct DiagnosticList {
  private(set) var all: [Diagnostic] = []
  private(set) var count = 0
  let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Whether a further message would only be counted: finding its place may cost the length of a line, for nothing.
  var isFull: Bool { count >= limit }

  /// Counts a message that isn't made, because the list is full.
  mutating func skip() { count += 1 }

  mutating func add(_ diagnostic: Diagnostic) {
    if count < limit { all.append(diagnostic) }
    count += 1
  }

  /// The diagnostics of several passes by place, with a note if some are left out.
  static func merged(_ lists: [DiagnosticList], limit: Int) -> [Diagnostic] {
    // What was found first stays first within one place.
    let found = lists.flatMap(\.all).enumerated().sorted {
      ($0.element.span?.start ?? 0, $0.offset) < ($1.element.span?.start ?? 0, $1.offset)
    }
    var result = found.prefix(limit).map(\.element)
    let rest = lists.reduce(0) { $0 + $1.count } - result.count
    if rest > 0, let last = result.last {
      let plural = rest == 1 ? "" : "s"
      result.append(Diagnostic(.note, .limit, "\(rest) further error\(plural) not shown", at: last.span))
    }
    return result
  }
}

/// A user's text as a message can hold it.
func shortened(_ text: String) -> String {
  // Counting the bytes first: only few texts are long, and those may be very long.
  text.utf8.count <= 60 || text.count <= 60 ? text : text.prefix(59) + "…"
}
