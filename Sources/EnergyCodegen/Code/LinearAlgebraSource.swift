import EnergyIR

/// Dense linear algebra on small row-major matrices in C. Gaussian elimination with partial pivoting and Cholesky's
/// method as in Golub & Van Loan, Matrix Computations, 4th ed., algorithms 3.4.1 and 4.2.1; a singular matrix gives NaN.
enum LinearAlgebraSource {
  /// Whether the operation wants room for a copy of the matrix.
  static func needsWork(_ operation: LinearAlgebra) -> Bool {
    switch operation {
    case .inv, .solve, .cholesky, .logdet, .det, .isPositiveDefinite: true
    case .solveLower, .solveLowerTransposed, .argsort, .pivots: false
    }
  }

  /// The functions that an operation needs, those that are called first.
  static func functions(for operation: LinearAlgebra, real: String, isSingle: Bool) -> [(name: String, text: String)] {
    let f = isSingle ? "f" : ""
    let eliminate = (
      "ee_eliminate\(f)",
      """
      EE_FUNCTION \(real) ee_eliminate\(f)(\(real) *work, \(real) *side, int rows, int columns) {
        \(real) sign = 1;
        for (int p = 0; p < rows; p++) {
          int best = p;
          for (int r = p + 1; r < rows; r++) if (fabs\(f)(work[r*rows + p]) > fabs\(f)(work[best*rows + p])) best = r;
          if (best != p) {
            sign = -sign;
            for (int c = 0; c < rows; c++) {
              const \(real) t = work[best*rows + c]; work[best*rows + c] = work[p*rows + c]; work[p*rows + c] = t;
            }
            for (int c = 0; c < columns; c++) {
              const \(real) t = side[best*columns + c];
              side[best*columns + c] = side[p*columns + c]; side[p*columns + c] = t;
            }
          }
          for (int r = p + 1; r < rows; r++) {
            const \(real) factor = work[r*rows + p] / work[p*rows + p];
            if (factor == 0) continue;
            for (int c = p; c < rows; c++) work[r*rows + c] -= factor*work[p*rows + c];
            for (int c = 0; c < columns; c++) side[r*columns + c] -= factor*side[p*columns + c];
          }
        }
        return sign;
      }

      """
    )
    let backward = (
      "ee_backward\(f)",
      """
      EE_FUNCTION void ee_backward\(f)(\(real) *side, const \(real) *work, int rows, int columns) {
        for (int r = rows - 1; r >= 0; r--) {
          for (int c = 0; c < columns; c++) {
            \(real) sum = side[r*columns + c];
            for (int k = r + 1; k < rows; k++) sum -= work[r*rows + k]*side[k*columns + c];
            side[r*columns + c] = work[r*rows + r] == 0 ? EE_NAN : sum / work[r*rows + r];
          }
        }
      }

      """
    )
    let head = "(\(real) *output, const \(real) *matrix"
    let tail = "\(real) *work, int rows, int columns) {\n  for (int e = 0; e < rows*rows; e++) work[e] = matrix[e];\n"
    switch operation {
    case .solve:
      return [
        eliminate, backward,
        (
          "ee_solve\(f)",
          "EE_FUNCTION void ee_solve\(f)\(head), const \(real) *side, \(tail)"
            + "  for (int e = 0; e < rows*columns; e++) output[e] = side[e];\n"
            + "  ee_eliminate\(f)(work, output, rows, columns);\n  ee_backward\(f)(output, work, rows, columns);\n}\n"
        ),
      ]
    case .inv:
      return [
        eliminate, backward,
        (
          "ee_inv\(f)",
          "EE_FUNCTION void ee_inv\(f)\(head), \(tail)  (void)columns;\n"
            + "  for (int e = 0; e < rows*rows; e++) output[e] = e / rows == e % rows;\n"
            + "  ee_eliminate\(f)(work, output, rows, rows);\n  ee_backward\(f)(output, work, rows, rows);\n}\n"
        ),
      ]
    case .det, .logdet:
      let start = operation == .det ? "ee_eliminate\(f)(work, work, rows, 0)" : "0"
      let first = operation == .det ? "" : "  ee_eliminate\(f)(work, work, rows, 0);\n"
      let step =
        operation == .det ? "result *= work[p*rows + p]" : "result += log\(f)(fabs\(f)(work[p*rows + p]))"
      return [
        eliminate,
        (
          "ee_\(operation.rawValue)\(f)",
          "EE_FUNCTION void ee_\(operation.rawValue)\(f)\(head), \(tail)  (void)columns;\n\(first)"
            + "  \(real) result = \(start);\n  for (int p = 0; p < rows; p++) \(step);\n  output[0] = result;\n}\n"
        ),
      ]
    case .cholesky: return [cholesky(real, f)]
    case .solveLower, .solveLowerTransposed:
      let isTransposed = operation == .solveLowerTransposed
      let entry = isTransposed ? "matrix[k*rows + r]" : "matrix[r*rows + k]"
      let rows = isTransposed ? "int r = rows - 1; r >= 0; r--" : "int r = 0; r < rows; r++"
      let known = isTransposed ? "int k = r + 1; k < rows; k++" : "int k = 0; k < r; k++"
      return [
        (
          "ee_\(operation.rawValue)\(f)",
          """
          EE_FUNCTION void ee_\(operation.rawValue)\(f)\(head), const \(real) *side, int rows, int columns) {
            for (\(rows)) {
              for (int c = 0; c < columns; c++) {
                \(real) sum = side[r*columns + c];
                for (\(known)) sum -= \(entry)*output[k*columns + c];
                output[r*columns + c] = matrix[r*rows + r] == 0 ? EE_NAN : sum / matrix[r*rows + r];
              }
            }
          }

          """
        )
      ]
    case .pivots:
      return [
        (
          "ee_pivots\(f)",
          """
          EE_FUNCTION void ee_pivots\(f)(\(real) *output, const \(real) *values, int rows, int columns) {
            (void)columns;
            int isSingular = 0;
            for (int r = 0; r < rows; r++) isSingular |= values[r] == 0;
            for (int r = 0; r < rows; r++) output[r] = isSingular ? EE_NAN : values[r];
          }

          """
        )
      ]
    case .argsort:
      return [
        (
          "ee_argsort\(f)",
          """
          EE_FUNCTION void ee_argsort\(f)(\(real) *output, const \(real) *values, int rows, int columns) {
            (void)columns;
            for (int r = 0; r < rows; r++) {
              const \(real) value = values[r];
              int place = r;
              while (place > 0) {
                const \(real) other = values[(int)output[place - 1] - 1];
                if (!(value < other || (other != other && value == value))) break;
                output[place] = output[place - 1];
                place--;
              }
              output[place] = (\(real))(r + 1);
            }
          }

          """
        )
      ]
    case .isPositiveDefinite:
      return [
        cholesky(real, f),
        (
          "ee_is_spd\(f)",
          "EE_FUNCTION void ee_is_spd\(f)(\(real) *output, const \(real) *matrix, \(real) *work, int rows, int columns) {\n"
            + "  ee_cholesky\(f)(work, matrix, work, rows, columns);\n  output[0] = 1;\n"
            + "  for (int p = 0; p < rows; p++) if (!(work[p*rows + p] > 0)) output[0] = 0;\n}\n"
        ),
      ]
    }
  }

  private static func cholesky(_ real: String, _ f: String) -> (name: String, text: String) {
    (
      "ee_cholesky\(f)",
      """
      EE_FUNCTION void ee_cholesky\(f)(\(real) *output, const \(real) *matrix, \(real) *work, int rows, int columns) {
        (void)work;
        (void)columns;
        for (int r = 0; r < rows; r++) {
          for (int c = 0; c < rows; c++) {
            if (c > r) { output[r*rows + c] = 0; continue; }
            \(real) sum = matrix[r*rows + c];
            for (int k = 0; k < c; k++) sum -= output[r*rows + k]*output[c*rows + k];
            output[r*rows + c] = c < r ? sum / output[c*rows + c] : sum > 0 ? sqrt\(f)(sum) : EE_NAN;
          }
        }
      }

      """
    )
  }
}
