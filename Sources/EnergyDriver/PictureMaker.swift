import EnergySemantics

/// What a picture shows of an energy.
public enum PlotQuantity: String, CaseIterable, Sendable {
  /// E.
  case energy
  /// exp(−E), normalised.
  case density
  /// −∇E.
  case score
}

/// A picture of an energy to be made.
public struct PlotRequest: Sendable {
  /// Of which energy.
  public var energy: Program.Energy
  /// What to show; empty for the default.
  public var quantities: [PlotQuantity] = []
  /// The axes: one for all coordinates or one each; empty to look for where the density lives.
  public var box: [ClosedRange<Double>] = []
  /// Points to draw over it.
  public var data: BatchSource?
  /// Asked now and then, by default what the session's options say; where it says yes the plot ends with
  /// `E-interrupted`.
  public var isCancelled: (@Sendable () -> Bool)?
  /// Told now and then how many of the points are done.
  public var progress: ProgressHandler?

  /// A picture with all choices left open.
  public init(_ energy: Program.Energy) { self.energy = energy }
}

/// A picture that was made.
public struct MadePicture: Sendable {
  /// The picture as text; empty where it went into a file.
  public let text: String
  /// What is to be said with it.
  public let notes: [String]
  /// The same for programs.
  public let json: [(String, JSON)]

  /// A picture.
  public init(text: String, notes: [String], json: [(String, JSON)]) {
    self.text = text
    self.notes = notes
    self.json = json
  }
}

/// Draws what `plot` statements ask for. A session knows numbers; how they become pictures is another's business.
public protocol PictureMaker {
  /// Draws a picture.
  /// - Parameter path: the file that the program names, relative to the session's folder; `nil` for text.
  func picture(of request: PlotRequest, in session: Session, to path: String?) throws -> MadePicture
}
