extension StandardLibrary {
  /// The texts of the folder StandardLibrary as the build embeds them, one line a file.
  static var files: [(name: String, bytes: [UInt8])] {
    [
      ("composition.energy", PackageResources.composition_energy),
      ("densities.energy", PackageResources.densities_energy),
      ("densities_of_vectors.energy", PackageResources.densities_of_vectors_energy),
      ("directional.energy", PackageResources.directional_energy),
      ("gaussian.energy", PackageResources.gaussian_energy),
      ("hierarchical.energy", PackageResources.hierarchical_energy),
      ("lattice.energy", PackageResources.lattice_energy),
      ("molecular.energy", PackageResources.molecular_energy),
      ("networks.energy", PackageResources.networks_energy),
      ("regression.energy", PackageResources.regression_energy),
      ("test_functions.energy", PackageResources.test_functions_energy),
      ("time_series.energy", PackageResources.time_series_energy),
      ("wells.energy", PackageResources.wells_energy),
    ]
  }
}
