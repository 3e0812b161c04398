import EnergySemantics
import EnergySyntax
import EnergyText
import Testing

/// A small generator of numbers, the same in every run (Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8
/// (14), 2003).
private struct Xorshift: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

/// Programs with tokens dropped, doubled, swapped and replaced: they may be wrong, but never crash the checker.
@Suite struct MutationTests {
  private static let program = """
    dim d, n
    param v : vector[d] = [1, 2, 3]
    param A : matrix[n, d] = [[1, 2, 3], [4, 5, 6]]
    data edges : integer[3, 2] = [[1, 2], [2, 3], [1, 3]]
    let B = A^T A
    fn half(t, s = 2) = t/s
    energy quad(x : vector[d]; a : real = 1.5) = a*x^T B x
    energy inst = quad(a = 3)
    energy sm(x : vector[d]) = 0.5*sumsq(score(quad)(x)) - laplacian(quad)(x)
    energy phi4(x : vector[n]) = sum(i in 1..n: (x[wrap(i + 1, n)] - x[i])^2 + x[i]^4)
    energy bonds(X : matrix[m, 2]) = sum(e in 1..3: (norm(X[edges[e, 1], :] - X[edges[e, 2], :]) - 1)^2)
    energy pairs(x : vector[m]) = sum(i in 1..m, j in i+1..m if i != j: exp(-(x[i] - x[j])^2))
    energy cond(x : vector[m]) = sum(i in 1..m: if i < m and x[i] > 0 then x[i]*x[i+1] else half(x[i])^2)
    energy tau(t : positive) = t - log(t) where q(k) = t*k, r = q(2)
    energy untyped(x) = sumsq(x[2..end] - x[1..end-1])
    [v[i]*v[j] for i in 1..d, j in 1..d by 2]
    score(quad)([[1, 2, 3], [4, 5, 6]])
    """

  @Test(arguments: 1...8)
  func neverCrash(_ seed: UInt64) {
    var random = Xorshift(state: seed &* 0x9E37_79B9_7F4A_7C15)
    let original = Self.tokens(Self.program)
    for _ in 0..<50 {
      var tokens = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<tokens.count, using: &random)
        let other = Int.random(in: 0..<tokens.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: tokens.remove(at: place)
        case 1: tokens.insert(tokens[other], at: place)
        case 2: tokens[place] = tokens[other]
        default: tokens.swapAt(place, other)
        }
      }
      let file = SourceFile(name: "mutant.energy", text: tokens.joined())
      let checker = ProgramChecker(operators: MarkingOperators())
      for diagnostic in checker.check(parse(file, id: 0).tree).diagnostics {
        guard let span = diagnostic.span else { continue }
        #expect(span.start >= 0 && span.start <= span.end && Int(span.end) <= file.bytes.count)
      }
    }
  }

  private static func tokens(_ text: String) -> [String] {
    var result: [String] = []
    var word = ""
    for character in text {
      if character.isLetter || character.isNumber {
        word.append(character)
        continue
      }
      if !word.isEmpty { result.append(word) }
      word = ""
      result.append(String(character))
    }
    return result + [word]
  }
}
