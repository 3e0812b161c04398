import EnergyDriver
import EnergyText

/// A picture as numbers: what is drawn, on which axes, before anything is drawn.
public struct Plot: Sendable {
  /// An axis.
  public struct Axis: Sendable, Equatable {
    /// The coordinate, as the program names it: `x`, `x[2]`.
    public let label: String
    /// From where to where.
    public let range: ClosedRange<Double>
  }

  /// Values along one coordinate.
  public struct Curve: Sendable {
    /// The coordinate.
    public let axis: Axis
    /// Where it was evaluated, in order.
    public let positions: [Double]
    /// E at the positions.
    public let energies: [Double]
    /// exp(−E) at the positions, with the integral 1 over the axis by the trapezoidal rule.
    public let densities: [Double]
    /// −dE/dx at the positions.
    public let scores: [Double]
    /// The coordinate of each point of the data.
    public let data: [Double]
  }

  /// Values on a grid of two coordinates.
  public struct Field: Sendable {
    /// The coordinate to the right.
    public let horizontal: Axis
    /// The coordinate upwards.
    public let vertical: Axis
    /// Columns of the grid; its first and last stand on the ends of the axis.
    public let columns: Int
    /// Rows of the grid.
    public let rows: Int
    /// E, row by row from below.
    public let energies: [Double]
    /// exp(−E), with the integral 1 over the box by the trapezoidal rule.
    public let densities: [Double]
    /// The score's two parts at `arrowPlaces`.
    public let arrows: [SIMD2<Double>]
    /// Where the arrows are.
    public let arrowPlaces: [SIMD2<Double>]
    /// The two coordinates of each point of the data.
    public let data: [SIMD2<Double>]
  }

  /// What is drawn.
  public enum Content: Sendable {
    /// One coordinate: panels above one another.
    case curve(Curve)
    /// Two coordinates.
    case field(Field)
    /// More: slices through a point, along each coordinate and along each pair `(i, j)`, i < j, in order of j, then i.
    case slices(through: [Double], along: [Curve], across: [Field])
  }

  /// The energy's name; empty for a bare expression.
  public let name: String
  /// What is shown.
  public let quantities: [PlotQuantity]
  /// The numbers.
  public let content: Content
  /// All points that were evaluated.
  public let table: PlotTable
  /// What is to be said with the picture.
  public let notes: [String]
  /// Messages about the data.
  public let remarks: [Diagnostic]
}

/// The points of a plot with what was found there, a row each.
public struct PlotTable: Sendable {
  /// Names of the columns: coordinates, `energy`, `density` (of one or two coordinates), `score`.
  public let columns: [String]
  /// Rows one after the other.
  public let values: [Double]
  /// How many rows.
  public var rows: Int { columns.isEmpty ? 0 : values.count / columns.count }
}
