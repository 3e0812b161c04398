/// The least number of insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
///
/// Optimal string alignment: no part is edited twice (Navarro, "A guided tour to approximate string matching", ACM
/// Computing Surveys 33(1), 2001, section 2.1). Returns `nil` beyond `limit`.
public func editDistance(_ first: String, _ second: String, limit: Int) -> Int? {
  let a = Array(first)
  let b = Array(second)
  guard abs(a.count - b.count) <= limit else { return nil }
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for i in 0..<a.count {
    var current = [i + 1]
    current.reserveCapacity(b.count + 1)
    for j in 0..<b.count {
      var best = min(previous[j] + (a[i] == b[j] ? 0 : 1), min(previous[j + 1], current[j]) + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforePrevious[j - 1] + 1) }
      current.append(best)
    }
    if current.allSatisfy({ $0 > limit }) { return nil }
    beforePrevious = previous
    previous = current
  }
  return previous[b.count] <= limit ? previous[b.count] : nil
}

/// The candidate that a mistyped name most likely meant: within two edits and with something in common.
///
/// Among equally near ones the first in alphabetical order, so that messages don't depend on the order of a set.
public func didYouMean(_ name: String, among candidates: some Sequence<String>) -> String? {
  // Longer names aren't mistyped, they are noise; comparing them would take quadratic time.
  guard name.count <= 100 else { return nil }
  var best: (distance: Int, candidate: String)?
  for candidate in candidates where candidate != name && candidate.count <= 102 {
    guard let distance = editDistance(name, candidate, limit: 2), distance < max(name.count, candidate.count) else {
      continue
    }
    if let found = best, (found.distance, found.candidate) <= (distance, candidate) { continue }
    best = (distance, candidate)
  }
  return best?.candidate
}
