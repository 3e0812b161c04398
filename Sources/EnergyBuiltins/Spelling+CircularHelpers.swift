/// Sine and cosine in single precision for GPUs, whose library inlines a reduction by hundreds of bits at every call.
///
/// The argument is reduced by three parts of π/2 with fused multiply-adds (Cody & Waite, Software Manual for the Elementary
/// Functions, 1980, chapter 8), exact enough up to 48,039; the polynomials are minimax on [0, (π/4)²], fitted for this
/// file. The error is below 1.6 units in the last place; larger arguments go to the library.
extension Spelling.Helper {
  private static let quarterTurn = Spelling.Helper(
    "energy_quarter_turn",
    """
    typedef union { float number; int bits; } energy_word;
    ENERGY_FUNCTION float energy_quarter_turn(float x, int *quarter) {
      // Among numbers of this size the next one is 1 away: the sum is rounded to an integer, which its lowest bits hold.
      energy_word sum;
      sum.number = fmaf(x, 0.63661977f, 12582912.0f);
      *quarter = sum.bits;
      const float q = sum.number - 12582912.0f;
      return fmaf(q, 1.7151245e-15f, fmaf(q, 4.371139e-08f, fmaf(q, -1.5707964f, x)));
    }
    ENERGY_FUNCTION float energy_circular(float r, int quarter, int ahead) {
      const float z = r*r;
      // Both, always: a sine and a cosine of one angle share them.
      const float even = fmaf(fmaf(fmaf(fmaf(2.4438084e-05f, z, -0.0013887364f), z, 0.041666646f), z, -0.5f), z, 1.0f);
      const float odd = fmaf(z*r, fmaf(fmaf(-0.00019516973f, z, 0.008332176f), z, -0.16666655f), r);
      energy_word value;
      value.number = (quarter & 1) == ahead ? odd : even;
      value.bits ^= (int)((unsigned)(quarter + ahead) << 30 & 0x80000000u);
      return value.number;
    }
    """)

  static let sine = Spelling.Helper(
    "energy_sine", needs: [.quarterTurn],
    """
    ENERGY_OUTLINE float energy_far_sine(float x) { return sinf(x); }
    ENERGY_FUNCTION float energy_sine(float x) {
      int quarter;
      const float r = energy_quarter_turn(x, &quarter);
      float value = energy_circular(r, quarter, 0);
      if (!(fabsf(x) <= 48039.0f)) value = energy_far_sine(x);
      return value;
    }
    """)

  static let cosine = Spelling.Helper(
    "energy_cosine", needs: [.quarterTurn],
    """
    ENERGY_OUTLINE float energy_far_cosine(float x) { return cosf(x); }
    ENERGY_FUNCTION float energy_cosine(float x) {
      int quarter;
      const float r = energy_quarter_turn(x, &quarter);
      float value = energy_circular(r, quarter, 1);
      if (!(fabsf(x) <= 48039.0f)) value = energy_far_cosine(x);
      return value;
    }
    """)
}
