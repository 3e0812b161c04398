import Glibc

exit(Launcher.launch(Array(CommandLine.arguments.dropFirst())).rawValue)
