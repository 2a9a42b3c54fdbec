package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func (a *app) root() *cobra.Command {
	var version bool
	root := &cobra.Command{
		Use:   "gradtwin",
		Short: "The same network twice: symbolic gradients against numerical ones",
		Long: `gradtwin builds the same neural network twice: as a Gorgonia expression graph
with symbolic gradients, and as plain code whose gradients are central
differences. It checks one against the other and trains both on MNIST. The
defaults are those of a published teaching experiment: a network of
784-50-100-10 with ReLU, batches of 10, learning rate 0.01, 1,000 steps.

` + exitCodes,
		Example: `  gradtwin compare --out out                   # check the gradients, train both, write a report
  gradtwin check --inject 'W1[154,37]*-1'      # what a wrong gradient looks like
  gradtwin train --backend numeric --steps 20  # train with differences alone`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				return a.version()
			}
			return usagef("no command given: want one of %s", strings.Join(commandNames(cmd), ", "))
		},
	}
	root.Flags().BoolVar(&version, "version", false, "print what the command version prints")
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if cmd == root && len(a.args) > 0 && !strings.HasPrefix(a.args[0], "-") {
			return noArgs(root, a.args[:1]) // it is the command that is unknown
		}
		return flagError(cmd, err)
	})
	root.AddCommand(
		a.compareCommand(), a.ratesCommand(), a.trainCommand(), a.predictCommand(), a.checkCommand(), a.mergeCommand(),
		a.reportCommand(), a.dataCommand(), a.benchCommand(), a.graphCommand(), a.auditCommand(), a.versionCommand(),
	)
	a.addHelp(root)
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.HasSubCommands() { // completion
			cmd.Args = noArgs
			cmd.RunE = func(cmd *cobra.Command, _ []string) error {
				return usagef("%s: want one of %s", cmd.CommandPath(), strings.Join(commandNames(cmd), ", "))
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) { prepareFlag(cmd, f) })
		if cmd.ValidArgsFunction == nil && !strings.Contains(cmd.Use, " ") { // it takes no files
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
	}
	return root
}

// prepareFlag lets the shell complete a flag's names or folders, and the help show a
// list as it is given.
func prepareFlag(cmd *cobra.Command, f *pflag.Flag) {
	if n, ok := f.Value.(named); ok {
		if err := cmd.RegisterFlagCompletionFunc(f.Name, n.complete); err != nil {
			panic("gradtwin: " + err.Error()) // registered twice
		}
	}
	if name, _ := pflag.UnquoteUsage(f); name == "DIR" {
		if err := cmd.MarkFlagDirname(f.Name); err != nil {
			panic("gradtwin: " + err.Error()) // no such flag
		}
	}
	if list := strings.Trim(f.DefValue, "[]"); isList(f.Value) && list != "" {
		f.DefValue = list
	}
}

// addHelp makes --help, and the command help, fit the terminal, and refuse what is
// no command.
func (a *app) addHelp(root *cobra.Command) {
	help := func(cmd *cobra.Command) {
		fmt.Fprint(a.stdout, a.screen.paragraphs(cmd.Long), "\n", a.usage(cmd))
	}
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		if cmd == root {
			a.wrong = noArgs(root, cmd.Flags().Args())
		}
		if a.wrong == nil {
			help(cmd)
		}
	})
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || cmd == root && len(rest) > 0 {
				return noArgs(root, args)
			}
			help(cmd)
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return commandNames(root), cobra.ShellCompDirectiveNoFileComp
		},
	})
}

// usage returns how a command is called, examples, commands below it and flags.
func (a *app) usage(cmd *cobra.Command) string {
	var b strings.Builder
	use := cmd.UseLine()
	if cmd.HasAvailableSubCommands() {
		use = cmd.CommandPath() + " COMMAND [flags]"
	}
	fmt.Fprintf(&b, "Usage:\n  %s\n", use)
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nCommands:\n")
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				b.WriteString(a.screen.hang(fmt.Sprintf("  %-11s ", c.Name()), c.Short))
			}
		}
	}
	if flags := cmd.LocalFlags(); flags.HasAvailableFlags() {
		text := flags.FlagUsagesWrapped(a.screen.width())
		// What pflag prints behind a flag without a value helps no reader.
		const values = "[=true|false]"
		fmt.Fprintf(&b, "\nFlags:\n%s", strings.ReplaceAll(text, values, strings.Repeat(" ", len(values))))
	}
	return b.String()
}
