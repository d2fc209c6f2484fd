package dev.ferry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MovingTest {
    private static final String ID = "1a2b3c4d5e6f708192a3b4c5d6e7f809";
    private static final String RESOLVE = "ferry migration resolve 1a2b3c4d5e6f";

    private static Moving at(Moving.Stage stage) {
        return new Moving(ID, stage, "b");
    }

    @Test
    void stateOfAContainerSaysWhereItGoesAndComesFrom() {
        assertThat(at(Moving.Stage.LEAVING).status("Up 3 minutes", "")).isEqualTo("Up 3 minutes, migrating to b");
        assertThat(at(Moving.Stage.GONE).status("Up 3 minutes", "")).isEqualTo("Up 3 minutes, being handed over to b");
        assertThat(at(Moving.Stage.LEFT).status("Exited (137) 2 hours ago", ""))
                .isEqualTo("Exited (137) 2 hours ago, runs at b");
        assertThat(at(Moving.Stage.ARRIVING).status("Created", "")).isEqualTo("Arriving from b");
    }

    @Test
    void doubtNamesTheOtherEngineAndTheCommandThatSettlesIt() {
        assertThat(at(Moving.Stage.GONE).status("Exited (137) 2 hours ago", RESOLVE))
                .isEqualTo("In doubt: handed over to b (" + RESOLVE + ")");
        assertThat(at(Moving.Stage.ARRIVING).status("Created", RESOLVE))
                .isEqualTo("In doubt: comes from b (" + RESOLVE + ")");
        assertThat(at(Moving.Stage.GONE).doubt(RESOLVE))
                .isEqualTo("it was handed over to b, which cannot be asked whether it runs there; settle it with \""
                        + RESOLVE + "\"");
        assertThat(at(Moving.Stage.ARRIVING).doubt(RESOLVE))
                .startsWith("it comes from b, ")
                .contains(RESOLVE);
    }

    @Test
    void idIsShortForPeople() {
        assertThat(at(Moving.Stage.GONE).shortId()).isEqualTo("1a2b3c4d5e6f");
        assertThat(new Moving("1a2b", Moving.Stage.GONE, "b").shortId()).isEqualTo("1a2b");
    }
}
