extension StandardLibrary {
  /// The texts of the folder StandardLibrary as the build embeds them, one line a file.
  static var files: [(name: String, bytes: [UInt8])] {
    [
      ("double_well.energy", PackageResources.double_well_energy),
      ("gaussian.energy", PackageResources.gaussian_energy),
      ("rosenbrock.energy", PackageResources.rosenbrock_energy),
    ]
  }
}
