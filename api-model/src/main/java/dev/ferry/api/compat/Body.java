package dev.ferry.api.compat;

/** What a JSON tree is, as far as its form has changed with the version. */
public enum Body {
    CONTAINER_CREATE_REQUEST,
    CONTAINER_INSPECT,
    CONTAINER_LIST,
    EXEC_CREATE_REQUEST,
    IMAGE_INSPECT,
    IMAGE_LIST,
    SYSTEM_INFO,
    SYSTEM_VERSION
}
