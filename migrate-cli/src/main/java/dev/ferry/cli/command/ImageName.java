package dev.ferry.cli.command;

/** The name of an image to be made: a repository and a tag, either may be empty. */
record ImageName(String repository, String tag) {
    /** A colon behind the last slash begins the tag; other colons belong to a port. */
    static ImageName parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon > text.lastIndexOf('/')) {
            return new ImageName(text.substring(0, colon), text.substring(colon + 1));
        }
        return new ImageName(text, text.isEmpty() ? "" : "latest");
    }

    @Override
    public String toString() {
        return tag.isEmpty() ? repository : repository + ":" + tag;
    }
}
