import EnergyIR

/// What decides between ways of computing the same.
public struct LoweringOptions: Sendable {
  /// Sizes that are known already; they only guide decisions, the program stays valid for all sizes.
  public var dimensions: [Dimension: Int]
  /// From which size on, in both directions, a product with a matrix is worth a library call.
  public var matrixProductThreshold: Int
  /// The largest number of entries per sample that a family over two or more indices is stored with.
  public var familyLimit: Int

  /// The longest axis along which two loops share even what is cheap to compute, such as a difference.
  public var cheapFamilyLimit: Int

  /// The largest number of entries of a sample that are stored only because several loops need them; longer families are
  /// computed in each of those loops.
  public var sharedFamilyLimit: Int

  /// The usual choices.
  public init(
    dimensions: [Dimension: Int] = [:], matrixProductThreshold: Int = 16, familyLimit: Int = 1024,
    cheapFamilyLimit: Int = 16, sharedFamilyLimit: Int = .max
  ) {
    self.sharedFamilyLimit = sharedFamilyLimit
    self.cheapFamilyLimit = cheapFamilyLimit
    self.dimensions = dimensions
    self.matrixProductThreshold = matrixProductThreshold
    self.familyLimit = familyLimit
  }

  /// Whether there is a limit to what is stored for several loops.
  var isLean: Bool { sharedFamilyLimit < .max }

  /// Whether a size counts as large; unknown ones do.
  func isLarge(_ size: Size) -> Bool { (size.value(dimensions) ?? .max) >= matrixProductThreshold }

  /// The number of entries of a family over these variables, where the sizes are known.
  func entries(_ variables: [Variable]) -> Int? {
    var product = 1
    for variable in variables {
      guard let extent = variable.extent.value(dimensions) else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
      if overflow { return nil }
      product = next
    }
    return product
  }
}
