import Testing

@testable import EnergyCodegen

/// Nothing that a user writes gets out of the place where it stands in emitted source.
@Suite struct SourceNameTests {
  @Test(arguments: [
    ("mu", "mu"), ("gaussian.mu", "gaussian_mu"), ("net.0.weight", "net_0_weight"), ("é", "v_ue9"), ("", "value"),
    ("_x", "v_x"), ("a__b", "a_b"), ("2d", "v_2d"), ("x\ny", "x_uay"), ("a\"b*/c", "a_u22b_u2a_u2fc"),
    ("a-b c", "a_b_c"),
  ])
  func areIdentifiers(_ name: String, _ expected: String) {
    let mangled = SourceNames.mangled(name)
    #expect(mangled == expected)
    #expect(mangled.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    #expect(mangled.first?.isLetter == true && !mangled.contains("__"))
  }

  @Test func avoidWordsOfTheLanguageAndEachOther() {
    var names = SourceNames(taken: ["p"])
    #expect(names.identifier(for: "double") == "double_2")
    #expect(names.identifier(for: "exp") == "exp_2")
    #expect(names.identifier(for: "p") == "p_2")
    #expect(names.identifier(for: "mu") == "mu")
    #expect(names.identifier(for: "mu") == "mu_2")
  }

  @Test func commentsCannotBeEnded() {
    for text in ["a */ b", "/* c", "*/", "**//", "line\\", "??/"] {
      let comment = commentText(text)
      #expect(!comment.contains("*/") && !comment.contains("/*") && !comment.contains("\\") && !comment.contains("??"))
    }
  }

  @Test(arguments: [
    (0.1, "0.1", "0.1f"), (1, "1.0", "1.0f"), (-2.5e-300, "-2.5e-300", "-0.0f"),
    (.infinity, "EE_INFINITY", "EE_INFINITY"),
    (1e300, "1e+300", "EE_INFINITY"), (.nan, "EE_NAN", "EE_NAN"), (1.0 / 3, "0.3333333333333333", "0.33333334f"),
  ])
  func numbersReadBack(_ value: Double, _ double: String, _ single: String) {
    #expect(NumberSpelling.text(value, isSingle: false) == double)
    #expect(NumberSpelling.text(value, isSingle: true) == single)
  }
}
