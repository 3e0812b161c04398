import EnergyDriver
import EnergySemantics
import EnergyText

extension Plot {
  /// How finely a picture is computed.
  public struct Detail: Sendable {
    /// Points of a curve.
    public var curve = 601
    /// Columns and rows of a field; of slices of more than two coordinates half as many.
    public var field = 121
    /// Arrows along one axis of a field.
    public var arrows = 13
    /// Points of data that are drawn; of more, evenly chosen ones.
    public var points = 2000
    /// Coordinates that are drawn; of more, the first ones.
    public var coordinates = 5

    /// The usual.
    public init() {}
  }

  /// Computes a picture.
  /// - Throws: `E-shape` for what has no axes to draw, `E-option` where the axes aren't those of the energy, `E-unbound`.
  public init(_ request: PlotRequest, in session: Session, detail: Detail = Detail()) throws {
    let space = try PlotSpace(request, in: session)
    var notes = space.notes
    var data = space.data
    if data.count > detail.points {
      notes.append("\(detail.points) of \(data.count) points are drawn")
      data = (0..<detail.points).map { data[$0 * data.count / detail.points] }
    }
    name = request.energy.name
    remarks = space.remarks
    switch space.width {
    case 1:
      quantities = request.quantities.isEmpty ? [.energy, .density, .score] : request.quantities
      let axis = try space.axes(1, through: [0], data)[0]
      let curve = try space.curve(axis, 0, through: [0], count: detail.curve, data)
      if quantities.contains(.density), let share = curve.openEnds { notes.append(share) }
      content = .curve(curve)
      table = space.table(curve)
    case 2:
      quantities = request.quantities.isEmpty ? [.energy, .score] : request.quantities
      let axes = try space.axes(2, through: [0, 0], data)
      let arrows = quantities.contains(.score) ? detail.arrows : 0
      let (field, rows) = try space.field(
        axes[0], axes[1], (0, 1), through: [0, 0], count: detail.field, arrows: arrows, data)
      content = .field(field)
      table = space.table(field, rows)
    default:
      quantities = request.quantities.isEmpty ? [.energy, .density] : request.quantities
      let (centre, centreName) = try space.centre(data)
      let count = min(space.width, detail.coordinates)
      let axes = Array(try space.axes(count, through: centre, data).prefix(count))
      if axes.count < space.width { notes.append("the first \(axes.count) of \(space.width) coordinates are drawn") }
      notes.append("slices through \(centreName): (\(Self.text(centre)))")
      var curves: [Curve] = []
      var fields: [Field] = []
      var rows: [[Double]] = []
      for (index, axis) in axes.enumerated() {
        curves.append(try space.curve(axis, index, through: centre, count: detail.curve / 4, data))
        for other in 0..<index {
          let (field, points) = try space.field(
            axes[other], axis, (other, index), through: centre, count: detail.field / 2,
            arrows: quantities.contains(.score) ? detail.arrows / 2 : 0, data)
          fields.append(field)
          rows += points
        }
      }
      content = .slices(through: centre, along: curves, across: fields)
      table = PlotTable(columns: space.labels + ["energy"] + space.scoreLabels, values: rows.flatMap { $0 })
    }
    self.notes = notes
  }

  private static func text(_ point: [Double]) -> String {
    let shown = point.prefix(6).map { NumberStyle.short.text(($0 * 1000).rounded() / 1000) }
    return (shown + (point.count > 6 ? ["…"] : [])).joined(separator: ", ")
  }
}

extension Plot.Curve {
  /// A remark where the density hasn't fallen off at the ends of the axis.
  var openEnds: String? {
    guard let first = densities.first(where: { $0.isFinite }), let last = densities.last(where: { $0.isFinite }),
      let highest = densities.filter({ $0.isFinite }).max(), max(first, last) > 0.01 * highest
    else { return nil }
    let ends = [axis.range.lowerBound, axis.range.upperBound].map { NumberStyle.short.text($0) }.joined(separator: ", ")
    return "the density is normalised over [\(ends)], and hasn't fallen off at its ends"
  }
}
