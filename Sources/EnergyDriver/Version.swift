/// The version of the program, as `energy --version` and emitted source show it.
public let energyVersion = "0.1.0"
