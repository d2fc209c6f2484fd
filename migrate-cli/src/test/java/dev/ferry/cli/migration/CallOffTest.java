package dev.ferry.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ferry.api.client.EngineRefused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CallOffTest {
    private final List<String> cancelled = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> left = new ArrayList<>();

    @Test
    void firstCallsOffAndSecondLeaves() {
        CallOff callOff = callOff(cancelled::add);
        callOff.begun(Migrations.ID);
        assertThat(cancelled).isEmpty();
        callOff.interrupt();
        assertThat(cancelled).containsExactly(Migrations.ID);
        assertThat(notes).singleElement().asString().startsWith("called off").contains("Ctrl-C again leaves");
        assertThat(left).isEmpty();
        callOff.interrupt();
        assertThat(cancelled).hasSize(1);
        assertThat(left).hasSize(1);
        assertThat(notes.getLast()).contains("'ferry migration inspect 0123456789ab'");
    }

    @Test
    void beforeThereIsAnIdItIsCalledOffAsSoonAsThereIsOne() {
        CallOff callOff = callOff(cancelled::add);
        callOff.interrupt();
        assertThat(cancelled).isEmpty();
        callOff.begun(Migrations.ID);
        assertThat(cancelled).containsExactly(Migrations.ID);
    }

    @Test
    void leavingBeforeThereIsAnIdNamesTheList() {
        CallOff callOff = callOff(cancelled::add);
        callOff.interrupt();
        callOff.interrupt();
        assertThat(left).hasSize(1);
        assertThat(notes).singleElement().asString().contains("'ferry migrations'");
    }

    @Test
    void handedOverGoesOnAndIsShownHow() {
        CallOff callOff = callOff(id -> {
            throw new EngineRefused(409, "container job was handed over already: it cannot be called back");
        });
        callOff.begun(Migrations.ID);
        callOff.interrupt();
        assertThat(notes)
                .singleElement()
                .asString()
                .startsWith("not called off: container job was handed over already")
                .contains("the migration goes on in the engine: 'ferry migration inspect 0123456789ab'");
        assertThat(left).isEmpty();
    }

    @Test
    void engineThatDoesNotAnswerIsTold() {
        CallOff callOff = callOff(id -> {
            throw new IOException("no engine answers");
        });
        callOff.begun(Migrations.ID);
        callOff.interrupt();
        assertThat(notes).singleElement().asString().contains("the engine does not answer: no engine answers");
    }

    private CallOff callOff(CallOff.Canceller engine) {
        return new CallOff(engine, notes::add, () -> left.add("left"));
    }
}
