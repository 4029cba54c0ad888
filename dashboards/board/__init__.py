"""The live page: today per store, moving as sales come in."""
