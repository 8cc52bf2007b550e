"""From what is named to a spec: file, figure, standard input, folder, training code."""
