/** Needs graphs, cuts and plans. */
module com.example {
    requires io.pepper.core;
}
