/// The same steps in single precision: a helper's text with `float` for `double`, the library's functions for it and
/// suffixed numbers. A graphics card for games has 64 times as many single-precision units as double ones.
extension Spelling.Helper {
  /// Functions of C's library that the helpers call.
  private static let library: Set<String> = [
    "atanh", "copysign", "erfc", "exp", "expm1", "fabs", "fma", "fmax", "fmin", "fmod", "log", "log1p", "rint", "sqrt",
  ]

  /// - Parameters:
  ///   - needs: the helpers that it calls, in single precision.
  ///   - replacements: numbers that suit the precision, for those of the text.
  func inSingle(needs: [Spelling.Helper] = [], replacing replacements: [String: String] = [:]) -> Spelling.Helper {
    var text = ""
    var rest = source[...]
    while let first = rest.first {
      if first.isLetter || first == "_" {
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest.removeFirst(word.count)
        let isCall = rest.first == "(" && (word.hasPrefix("energy_") || Self.library.contains(String(word)))
        text += word == "double" ? "float" : isCall ? word + "f" : word
      } else if first.isNumber {
        var number = rest.prefix { $0.isNumber || $0 == "." }
        if rest.dropFirst(number.count).first == "e" {
          let exponent = rest.dropFirst(number.count + 1).prefix { $0.isNumber || $0 == "-" }
          number = rest.prefix(number.count + 1 + exponent.count)
        }
        rest.removeFirst(number.count)
        let isReal = number.contains { $0 == "." || $0 == "e" }
        text += (replacements[String(number)] ?? String(number)) + (isReal ? "f" : "")
      } else {
        text.append(first)
        rest.removeFirst()
      }
    }
    return Spelling.Helper(name + "f", needs: needs, text)
  }

  static let logaddexpSingle = logaddexp.inSingle()
  static let log1mexpSingle = log1mexp.inSingle()
  static let logitSingle = logit.inSingle()
  static let modSingle = mod.inSingle()
  static let expOfSquareSingle = expOfSquare.inSingle()
  static let normcdfSingle = normcdf.inSingle(needs: [.erfcxSingle])
  static let logNormcdfSingle = logNormcdf.inSingle(needs: [.normcdfSingle])
  static let inverseMillsSingle = inverseMills.inSingle(needs: [.normcdfSingle])
  /// The asymptotic series has single precision from 14 on, the other one is cut off earlier.
  static let besselBaseSingle = besselBase.inSingle(replacing: ["1e-17": "1e-9"])
  static let besselI0Single = besselI0.inSingle(needs: [.besselBaseSingle], replacing: ["25.0": "14.0"])
  static let besselI1Single = besselI1.inSingle(needs: [.besselBaseSingle], replacing: ["25.0": "14.0"])
  static let logI0Single = logI0.inSingle(needs: [.besselBaseSingle], replacing: ["25.0": "14.0"])
  static let besselRatioSingle = besselRatio.inSingle(needs: [.besselBaseSingle], replacing: ["25.0": "14.0"])
  static let besselISingle = besselI.inSingle(needs: [.besselI0Single, .besselRatioSingle])
}

/// Functions whose steps in single precision are others. The coefficients are those of
/// Tests/References/single_precision.py.
extension Spelling.Helper {
  /// (1 + 2x)·erfcx(x) as a polynomial in (x − 3)/(x + 3), off by at most 7e-9 for x ≥ 0; 2·exp(x²) − erfcx(−x) below.
  static let erfcxSingle = Spelling.Helper(
    "energy_erfcxf", needs: [.expOfSquareSingle],
    """
    ENERGY_FUNCTION float energy_erfcxf(float x) {
      const float fit[12] = {8.00745474e-05f, -9.2537688e-05f, -0.000734082074f, 0.00187506026f, 0.00250677858f,
        -0.0237635598f, 0.0683131963f, -0.119275279f, 0.129644722f, -0.0475621559f, -0.135621101f, 1.25300801f};
      float m = fabsf(x), q = (m - 3.0f) / (m + 3.0f), value = fit[0];
      for (int k = 1; k < 12; k++) value = value * q + fit[k];
      value = m > 1e4f ? 0.564189584f / m : value / (1.0f + 2.0f * m);
      return x < 0.0f ? 2.0f * energy_exp_of_squaref(x, 1.0f) - value : value;
    }
    """)

  /// On [1, 2] ψ(x)/(x − x₀) is a polynomial, off by at most 5e-9; x₀, the root, is the sum of two numbers. Outside,
  /// ψ(x) = ψ(x − 1) + 1/(x − 1) adds terms of one sign; from 6 on the asymptotic series (DLMF 5.11.2), below 0 the
  /// reflection (DLMF 5.5.4), with the tangent of a fraction of π by polynomials.
  static let digammaSingle = Spelling.Helper(
    "energy_digammaf",
    """
    ENERGY_FUNCTION float energy_digamma_positivef(float x) {
      const float fit[11] = {0.0109025883f, -0.0163736194f, 0.0171149895f, -0.0257868841f, 0.0408500284f,
        -0.0620559789f, 0.0949846879f, -0.148398861f, 0.240542531f, -0.423627496f, 0.951055884f};
      if (x >= 6.0f) {
        float inverse = 1.0f / x, square = inverse * inverse;
        float series = 0.00833333333f - square * (0.00396825397f - square * 0.00416666667f);
        return logf(x) - 0.5f * inverse - square * (0.0833333333f - square * series);
      }
      float above = 0.0f, below = 1.0f;
      if (x < 1.0f) {
        above = -1.0f;
        below = x;
        x += 1.0f;
      }
      while (x > 2.0f) {
        x -= 1.0f;
        above = above * x + below;
        below *= x;
      }
      float value = fit[0];
      for (int k = 1; k < 11; k++) value = value * (x - 1.5f) + fit[k];
      return value * ((x - 1.46163213f) - 1.24381501e-08f) + above / below;
    }
    ENERGY_FUNCTION float energy_digammaf(float x) {
      if (!(x <= 0.0f)) return energy_digamma_positivef(x);
      if (x == 0.0f) return -INFINITY;
      const float sines[5] = {0.0776559114f, -0.598290384f, 2.55007744f, -5.1677103f, 3.14159274f};
      const float cosines[6] = {-0.0243959315f, 0.234937072f, -1.33521199f, 4.05870914f, -4.93480206f, 1.0f};
      float part = x - rintf(x), square = part * part, sine = sines[0], cosine = cosines[0];
      if (part == 0.0f) return NAN;
      for (int k = 1; k < 5; k++) sine = sine * square + sines[k];
      for (int k = 1; k < 6; k++) cosine = cosine * square + cosines[k];
      return energy_digamma_positivef(1.0f - x) - 3.14159274f * cosine / (sine * part);
    }
    """)

  /// ψ′(x) = ψ′(x + 1) + 1/x², all terms positive; from 6 on the asymptotic series (DLMF 5.15.8).
  static let trigammaSingle = Spelling.Helper(
    "energy_trigammaf",
    """
    ENERGY_FUNCTION float energy_trigammaf(float x) {
      if (!(x > 0.0f)) return x == 0.0f ? INFINITY : NAN;
      float head = 0.0f, above = 0.0f, below = 1.0f;
      if (x < 1.0f) {
        head = 1.0f / x;
        head *= head;
        x += 1.0f;
      }
      for (; x < 6.0f; x += 1.0f) {
        above = above * (x * x) + below;
        below *= x * x;
      }
      float inverse = 1.0f / x, square = inverse * inverse;
      float series = 0.166666667f - square * (0.0333333333f - square * (0.0238095238f - square * 0.0333333333f));
      return head + (above / below + (inverse + square * (0.5f + inverse * series)));
    }
    """)
}
