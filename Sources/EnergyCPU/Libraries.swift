import COpenBLAS

/// The libraries that the evaluator stands on.
public enum Libraries {
  /// The library of matrix products, with its version and the processor it is for: `OpenBLAS 0.3.21, SkylakeX`.
  public static var blas: String {
    // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH … SkylakeX MAX_THREADS=64"
    let words = String(cString: openblas_get_config()).split(separator: " ").prefix(2).joined(separator: " ")
    return words + ", " + String(cString: openblas_get_corename())
  }
}
